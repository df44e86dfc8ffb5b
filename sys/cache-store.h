/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writing the cache: only what runs as root does, jwt-fetch for a login and `pam-jwt refresh`. Many
 * may at once: each locks the cache, looks at what is there, and replaces it or not. Readers need
 * no lock, they see the old file or the new one. Nothing here may stop a login: if the disk is full
 * or read-only, it goes on without caching.
 */
#ifndef PAM_JWT_CACHE_STORE_H
#define PAM_JWT_CACHE_STORE_H

#include "cache.h"

/* The right to write; every change but that of a mark asks for it. */
struct cache_writer {
    int directory; /* borrowed; -1: not locked */
    int lock;      /* children inherit it with fork(), and hold the lock until they end, too */
};

/* Waits at most that long. False, and `error` filled: there is no lock, nothing can be stored. */
bool cache_lock(int directory, unsigned timeout_ms, struct cache_writer *writer,
                struct safefile_error *error);
void cache_unlock(struct cache_writer *writer);

/*
 * Under the name of answer->wish; whole or not at all, and durable. Whether it is newer than what
 * is there is for the caller to say. Unmarks the name. The process must ignore SIGXFSZ if it has a
 * limit on the size of files.
 */
bool cache_store(const struct cache_writer *writer, const struct wire_answer *answer,
                 struct safefile_error *error);

/* The entry of that name and its mark, if there are any. */
void cache_remove(const struct cache_writer *writer, const char *name);

/* Removes marks that are older than `seconds`, and what killed writers have left. */
void cache_tidy(const struct cache_writer *writer, int64_t now, int64_t seconds);

/*
 * Marks, so that not every login asks a responder that is down: to fetch the name failed at `now`
 * (seconds since the epoch).
 */
bool cache_mark_failed(int directory, const char *name, int64_t now);
/* Whether that was less than `seconds` ago. A mark of the future counts for nothing. */
bool cache_failed(int directory, const char *name, uid_t also_trusted, int64_t now,
                  int64_t seconds);

/* The names of all entries, in byte order, whatever they hold. */
struct cache_names {
    char (*names)[CACHE_NAME_SIZE];
    size_t count;
};

bool cache_list(int directory, struct cache_names *list, struct safefile_error *error);
void cache_names_free(struct cache_names *list);

#endif
