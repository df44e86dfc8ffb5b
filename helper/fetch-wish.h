/* SPDX-License-Identifier: BSD-3-Clause */
/* One wish: the cache, the network, the judgement, the cache again. */
#ifndef PAM_JWT_FETCH_WISH_H
#define PAM_JWT_FETCH_WISH_H

#include "../lib/rules.h"
#include "../sys/wire.h"
#include "fetch-keep.h"
#include "fetch-permit.h"

/* What all wishes of an order share. */
struct fetch_errand {
    const struct rules *rules;
    const struct issuer_rules *issuer;
    struct keep keep;
    int file;            /* gets what is brought; -1: none */
    bool refresh;        /* asks, whatever the cache has */
    int64_t now;         /* seconds since the epoch */
    int64_t deadline_ms; /* CLOCK_MONOTONIC, of all of them */
    size_t left;         /* wishes, this one included, that share the time */
};

enum fetch_result {
    FETCH_FAILED,  /* nothing was brought */
    FETCH_BROUGHT, /* something was, but it settles nothing */
    FETCH_SETTLED,
};

/* `why` is filled unless it is settled. */
enum fetch_result fetch_wish_run(struct fetch_errand *errand, const struct wire_wish *wish,
                                 char why[FETCH_WHY_MAX]);

#endif
