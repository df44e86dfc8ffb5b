/* SPDX-License-Identifier: BSD-3-Clause */
/* The services of a PAM configuration directory, each as libpam would put it together. */
#ifndef PAM_JWT_PAM_SERVICES_H
#define PAM_JWT_PAM_SERVICES_H

#include <stddef.h>

#include "pam-words.h"

enum pam_stack { PAM_STACK_AUTH, PAM_STACK_ACCOUNT, PAM_STACK_PASSWORD, PAM_STACK_SESSION };

/* One module in a stack. */
struct pam_line {
    enum pam_stack stack;
    bool substack;          /* it is in one: what decides there decides only that */
    const char *file;       /* where it stands, after all that was included; owned by the service */
    struct pam_words words; /* the stack, the control, the module, its arguments; likewise */
};

#define PAM_LINE_ARGUMENTS 3 /* where they begin in words.items */

struct pam_service {
    char *name;
    struct pam_line *lines; /* in the order in which they are written */
    size_t count;
    char problem[512]; /* why libpam could not use it, the first reason; "": it can */
    char **texts;      /* files and their names, which the lines point into */
    size_t text_count;
    bool included; /* by another service */
};

struct pam_services {
    struct pam_service *items; /* in byte order of their names */
    size_t count;
};

/*
 * Reads every service of the directories; `last` may be NULL or not be there, and of two files of
 * one name that of `first` counts. False, errno set: `first` cannot be read, or there is no memory.
 */
bool pam_services_read(const char *first, const char *last, struct pam_services *services);
void pam_services_free(struct pam_services *services);

bool pam_line_is(const struct pam_line *line, const char *module); /* its file name, with .so */
bool pam_line_has(const struct pam_line *line, const char *argument);

#endif
