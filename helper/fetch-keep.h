/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where answers that were brought go: into the cache, and back to whoever asked. A cache that
 * cannot be used is as good as none: the login goes on without.
 */
#ifndef PAM_JWT_FETCH_KEEP_H
#define PAM_JWT_FETCH_KEEP_H

#include "../sys/cache-store.h"

struct keep {
    int directory; /* of the cache; -1: there is none */
    bool writes;   /* root's process only */
    uid_t also_trusted;
    struct span issuer;          /* the section's URL; empty until it is known */
    struct safefile_error error; /* why it cannot be used or written; "": it can */
};

void keep_open(struct keep *keep, uid_t also_trusted);
void keep_close(struct keep *keep);

/* What the cache has for a wish; without anything `entry` is empty. cache_unmap() it. */
void keep_find(const struct keep *keep, const struct wire_wish *wish, struct cache_entry *entry);

/* Whether asking failed lately; and that it did. */
bool keep_failed_lately(const struct keep *keep, const struct wire_wish *wish, int64_t now);
void keep_failure(const struct keep *keep, const struct wire_wish *wish, int64_t now);

/* From here to keep_unlock() the cache is ours: looking and replacing are one step. */
void keep_lock(struct keep *keep, struct cache_writer *writer);
void keep_unlock(struct cache_writer *writer);
void keep_store(struct keep *keep, const struct cache_writer *writer,
                const struct wire_answer *answer);

/* Appends the answer to the file that the caller gave us. */
bool keep_hand_back(int file, const struct wire_answer *answer);

#endif
