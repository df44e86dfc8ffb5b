/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding the token: a command, a file, then as the WLCG Bearer Token Discovery specification says.
 */
#ifndef PAM_JWT_ASKPASS_TOKEN_H
#define PAM_JWT_ASKPASS_TOKEN_H

#include <stdbool.h>

#include "../lib/secret.h"
#include "../lib/span.h"
#include "askpass-config.h"
#include "askpass-prompt.h"

/* PAM_JWT_TOKEN_COMMAND, else that of the configuration; NULL: there is none. */
const char *askpass_token_command(const struct askpass_config *config);

/*
 * The first of the command, token_file of the configuration, BEARER_TOKEN, BEARER_TOKEN_FILE,
 * $XDG_RUNTIME_DIR/bt_u$EUID and (only if XDG_RUNTIME_DIR is not set) /tmp/bt_u$EUID. `*token` is a
 * part of `buffer`, without white space around it. False: stderr says why.
 */
bool askpass_token_find(const struct askpass_config *config, const struct asker *asker,
                        struct secret *buffer, struct span *token);

#endif
