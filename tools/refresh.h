/* SPDX-License-Identifier: BSD-3-Clause */
/* Fetching anew what logins need: what there is to do, and doing it. */
#ifndef PAM_JWT_REFRESH_H
#define PAM_JWT_REFRESH_H

#include "../sys/cache-store.h"

/* One answer to be fetched anew. */
struct refresh_task {
    const struct issuer_rules *issuer; /* borrowed from the rules */
    const char *url; /* of crl_urls, borrowed likewise, or `owned`; NULL: that of the entry */
    char *owned;     /* of a JWK Set */
    char name[CACHE_NAME_SIZE]; /* of the entry */
};

struct refresh_plan {
    struct refresh_task *tasks;
    size_t count;
    size_t removed; /* entries whose certificate has expired */
};

/*
 * Every URL of crl_urls, the JWK Set of each issuer that has one to be fetched, and every other
 * entry of the cache, of issuers that may fetch, each once. Entries whose certificate has expired
 * at `now` are removed. False, and `error` filled: there is no plan.
 */
bool refresh_plan_make(const struct rules *rules, int cache, uid_t also_trusted, int64_t now,
                       struct refresh_plan *plan, struct safefile_error *error);
void refresh_plan_free(struct refresh_plan *plan);

struct refresh_place {
    const char *config; /* absolute path */
    int cache;
    uid_t also_trusted;
};

#define REFRESH_URL_MAX 2048 /* bytes, with the NUL */

struct refresh_result {
    bool fresh;
    char why[WIRE_RECEIPT_MAX]; /* if not: a line each, with its URL */
};

/* The URL of a task; false: its entry is gone, and so is the task. */
bool refresh_task_url(const struct refresh_task *task, const struct refresh_place *place,
                      char url[REFRESH_URL_MAX]);

void refresh_task_run(const struct refresh_task *task, const struct refresh_place *place,
                      struct refresh_result *result);

/*
 * Whether the certificate has expired at `now`. What cannot be read has not. It is the first
 * certificate of a chain that somebody sent, so GnuTLS has no part in this.
 */
bool refresh_expired(struct span certificate, int64_t now);

#endif
