/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * $XDG_CONFIG_HOME/pam_jwt/askpass.conf, for clients that lose their environment. Lines KEY =
 * VALUE, read strictly by a reader of its own: three keys are not worth the time to load a library.
 */
#ifndef PAM_JWT_ASKPASS_CONFIG_H
#define PAM_JWT_ASKPASS_CONFIG_H

#include <limits.h>
#include <stdbool.h>

#define ASKPASS_CONFIG_MAX 16384 /* bytes */

/* NULL: not set. */
struct askpass_config {
    const char *token_command;
    const char *token_file;
    const char *prompt;
    char path[PATH_MAX];
    char text[ASKPASS_CONFIG_MAX + 1]; /* what the pointers point into */
    char file[PATH_MAX];               /* token_file with its ~ replaced */
};

/* A file that is not there sets nothing. False: stderr says what is wrong with it. */
bool askpass_config_read(struct askpass_config *config);

#endif
