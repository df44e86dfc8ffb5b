/* SPDX-License-Identifier: BSD-3-Clause */
/* What it means that a helper has not answered. */
#ifndef PAM_JWT_SPAWN_FAILURE_H
#define PAM_JWT_SPAWN_FAILURE_H

#include "../lib/status.h"
#include "spawn.h"

/*
 * Never STATUS_ACCEPTED. SPAWN_REPLIED: with something else. `answer` is the word for what was
 * expected; `error` is that of spawn_ask(). One sentence, with the program's path, goes to `why`.
 */
enum status spawn_failure(const char *path, const char *answer, enum spawn_outcome outcome,
                          int error, char *why, size_t size);

#endif
