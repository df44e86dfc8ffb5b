/* SPDX-License-Identifier: BSD-3-Clause */
/* The process that talks to the network: sealed, one wish, bytes out. */
#ifndef PAM_JWT_FETCH_NETWORK_H
#define PAM_JWT_FETCH_NETWORK_H

#include "../sys/wire.h"
#include "fetch-permit.h"

#define FETCH_OCSP_MAX 65536                              /* bytes of an answer */
#define FETCH_JWKS_MAX (1024 * 1024)                      /* likewise */
#define FETCH_CRL_MAX (64 * 1024 * 1024 - WIRE_ORDER_MAX) /* likewise: the cache keeps no more */

/* Shared with the parent, who believes nothing of it but that it is bytes. */
struct network_report {
    char why[FETCH_WHY_MAX]; /* nothing was brought */
};

struct network_job {
    const struct issuer_rules *rules;
    const struct wire_wish *wish;
    const char *discovered; /* where the JWK Set is, once the metadata was read; NULL before */
    int64_t deadline_ms;    /* CLOCK_MONOTONIC */
    struct network_report *report;
};

/* Bytes of an answer of that kind. */
size_t network_max(int64_t kind);

#define NETWORK_BROUGHT 30
#define NETWORK_NOT_ASKED 31 /* it may not be asked, or nothing could be */

/* For child_run(): seals this process, then fetches what `context`, a struct network_job, wishes
 * into CHILD_FILE. One of these, or anything else if it was asked for and did not come. */
int network_run(void *context);

#endif
