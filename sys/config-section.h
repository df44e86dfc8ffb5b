/* SPDX-License-Identifier: BSD-3-Clause */
/* The sections of a configuration while it is being read. For config.c alone. */
#ifndef PAM_JWT_CONFIG_SECTION_H
#define PAM_JWT_CONFIG_SECTION_H

#include "config-option.h"
#include "config.h"

#define SECTIONS_MAX 64

/* What has been read so far. */
struct section {
    char *name;
    enum option_scope scope;
    size_t index; /* in rules->issuers or rules->services */
    bool *seen;   /* by index in config_options */
};

struct loader {
    struct rules *rules;
    struct section sections[SECTIONS_MAX];
    size_t section_count;
    struct config_error *error;
    const char *path; /* the file being read */
    const char *text; /* and what is in it */
};

/* Writes "FILE:LINE: " (0: "FILE: ") and the text as the error; false. */
bool config_refuse(struct loader *loader, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool config_refuse_no_memory(struct loader *loader);

/* The section of that name, made unless an earlier file has it. False: it cannot be. */
bool section_find(struct loader *loader, const char *name, struct section **section);

/* The struct that the keys of a section are fields of. */
void *section_base(const struct loader *loader, const struct section *section);

#endif
