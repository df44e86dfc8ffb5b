/* SPDX-License-Identifier: BSD-3-Clause */
/* What is said to a Redis server, so that it keeps one use of a token. */
#ifndef PAM_JWT_REDIS_TALK_H
#define PAM_JWT_REDIS_TALK_H

#include "../lib/replay-id.h"
#include "redis-link.h"

struct redis_login {
    const char *username; /* "": the server's default user */
    struct span password; /* empty: none is sent */
    const char *database; /* its number */
};

/*
 * STATUS_ACCEPTED, once, if the server had no such key and has it now; STATUS_REPLAYED; or
 * STATUS_REPLAY_UNAVAILABLE, and the report says why: a server that may throw keys away, or
 * that is no master, is not asked. `now`: seconds since the epoch, before entry->until.
 */
enum status redis_spend(struct redis_link *link, const struct redis_login *login,
                        const struct replay_entry *entry, int64_t now, struct report *report);

#endif
