/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration: FILE, then FILE's sibling directory conf.d/ *.conf in byte order, read
 * strictly with libini_config. One table, options.def, makes the parser, `pam-jwt config`, the
 * documentation check and tests.
 */
#ifndef PAM_JWT_CONFIG_H
#define PAM_JWT_CONFIG_H

#include <stdio.h>
#include <sys/types.h>

#include "../lib/rules.h"

struct config_error {
    char text[768]; /* "FILE:LINE: expected ..., found ...": one line */
};

/*
 * NULL, and `error` filled, on anything that is not as it should be: the whole configuration fails.
 * Files belong to root or `also_trusted` (see safefile.h). config_free() the result.
 */
struct rules *config_load(const char *path, uid_t also_trusted, struct config_error *error);
void config_free(struct rules **rules);
#define CONFIG_CLEANUP __attribute__((cleanup(config_free)))

/* Writes the effective configuration, every key, in the file's own format. */
void config_print(const struct rules *rules, FILE *out);

#endif
