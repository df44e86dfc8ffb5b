/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding the token as the WLCG Bearer Token Discovery specification says. */
#ifndef PAM_JWT_ASKPASS_TOKEN_H
#define PAM_JWT_ASKPASS_TOKEN_H

#include <stdbool.h>

#include "../lib/secret.h"
#include "../lib/span.h"

/*
 * The first of BEARER_TOKEN, BEARER_TOKEN_FILE, $XDG_RUNTIME_DIR/bt_u$EUID and (only if
 * XDG_RUNTIME_DIR is not set) /tmp/bt_u$EUID. `*token` is a part of `buffer`, without white space
 * around it. False: stderr says why.
 */
bool askpass_token_find(struct secret *buffer, struct span *token);

/*
 * Opens a file of ours below the directory `dir` (or AT_FDCWD): regular, no symbolic link, owned by
 * the effective uid, closed to everybody else. -1: `*why` says what was found.
 */
int askpass_open_private(int dir, const char *path, const char **why);

#endif
