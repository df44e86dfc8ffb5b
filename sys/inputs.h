/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The files that the configuration names: mapped as bytes before the sandbox is closed, parsed
 * inside it, where nothing can be opened. A page that nobody looks at costs nothing. Whoever cuts a
 * file while it is mapped ends the process (SIGBUS): no verdict, and so no login.
 */
#ifndef PAM_JWT_INPUTS_H
#define PAM_JWT_INPUTS_H

#include <sys/stat.h>

#include "../lib/rules.h"
#include "safefile.h"

/* One file of one issuer. */
struct input_file {
    const struct issuer_rules *issuer;
    char *path;
    const char *bytes; /* mapped; not NUL-terminated */
    size_t len;
    struct stat st; /* when it was mapped */
};

struct input_files {
    struct input_file *items;
    size_t count;
    size_t bytes; /* of all together */
};

/* What a key names: files, or directories, of which the files with these suffixes are taken. */
struct input_kind {
    const char *const *suffixes; /* of four characters; the last is NULL */
    const char *expected;        /* in a directory, for the message */
    size_t bytes_max;            /* of all files together */
};

/* False, and `error` filled, if any file cannot be opened, trusted or read. */
bool inputs_add(struct input_files *files, const struct input_kind *kind,
                const struct issuer_rules *issuer, const struct string_list *paths,
                uid_t also_trusted, struct safefile_error *error);

void inputs_free(struct input_files *files);

#endif
