/* SPDX-License-Identifier: BSD-3-Clause */
/* The last part of reading a configuration: defaults that depend on other things, and rules across
 * keys. */
#ifndef PAM_JWT_CONFIG_FINISH_H
#define PAM_JWT_CONFIG_FINISH_H

#include <stdbool.h>

#include "config.h"

/*
 * The host's name for hostname, the issuer's host for signer_names; at least one issuer; user_map
 * in each of several; what the key sources need. `path` is for the message.
 */
bool config_finish(struct rules *rules, const char *path, struct config_error *error);

#endif
