/* SPDX-License-Identifier: BSD-3-Clause */
/* A command of the user's whose standard output is the token. */
#ifndef PAM_JWT_ASKPASS_COMMAND_H
#define PAM_JWT_ASKPASS_COMMAND_H

#include <stdbool.h>

#include "../lib/secret.h"
#include "askpass-prompt.h"

/*
 * Runs `command` by /bin/sh with PAM_JWT_USER and PAM_JWT_HOST in its environment, and appends what
 * it writes, up to the end of the buffer. False: stderr says why.
 */
bool askpass_command_run(const char *command, const struct asker *asker, struct secret *out);

#endif
