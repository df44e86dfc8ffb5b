/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The files that the configuration names: read or mapped as bytes before the sandbox is closed,
 * parsed inside it, where they cannot be opened.
 */
#ifndef PAM_JWT_INPUTS_H
#define PAM_JWT_INPUTS_H

#include <sys/stat.h>
#include <sys/types.h>

#include "../lib/rules.h"
#include "mapping.h"
#include "safefile.h"

/* One file of one issuer. */
struct input_file {
    const struct issuer_rules *issuer;
    char *path;
    const char
        *bytes; /* NUL-terminated behind `len` unless mapped; NULL for an empty mapped file */
    size_t len;
    char *read; /* one of these owns the bytes */
    struct mapping mapping;
};

struct input_files {
    struct input_file *items;
    size_t count;
    size_t bytes; /* of all together */
};

/* What a key names: files, or directories, of which the files with these suffixes are taken. */
struct input_kind {
    const char *const *suffixes; /* the last is NULL */
    const char *expected;        /* in a directory, for the message */
    size_t bytes_max;            /* of all files together */
    bool map;                    /* costs only what is looked at; see mapping.h */
};

/* False, and `error` filled, if any file cannot be opened, trusted or read. */
bool inputs_add(struct input_files *files, const struct input_kind *kind,
                const struct issuer_rules *issuer, const struct string_list *paths,
                uid_t also_trusted, struct safefile_error *error);

/* Whether a file of that name in a directory is taken. */
bool inputs_want(const struct input_kind *kind, const char *name);

void inputs_free(struct input_files *files);

#endif
