/* SPDX-License-Identifier: BSD-3-Clause */
/* The process that looks at what was brought: sealed, bytes in, one word out. */
#ifndef PAM_JWT_FETCH_JUDGE_H
#define PAM_JWT_FETCH_JUDGE_H

#include "../sys/wire.h"
#include "fetch-permit.h"

/* Shared with the parent, who only prints it. */
struct judge_report {
    char why[FETCH_WHY_MAX]; /* it is not kept */
    char url[FETCH_URL_MAX]; /* of the JWK Set that the metadata names */
};

struct judge_job {
    const struct rules *rules;
    const struct issuer_rules *issuer;
    const struct wire_wish *wish;
    struct span der;   /* what was brought */
    struct span kept;  /* what the cache has; empty: nothing */
    int64_t kept_from; /* when that was fetched, seconds since the epoch */
    int64_t now;       /* likewise */
    unsigned seconds;  /* of processor time */
    bool discovery;    /* `der` is an issuer's metadata, no answer yet */
    struct judge_report *report;
};

#define JUDGE_KEEP 40

/*
 * For child_run(): seals this process. JUDGE_KEEP if the metadata is the issuer's, a JWK Set is
 * one, and if the answer verifies (a CRL of whose issuer nothing is known: if it has the form of
 * one) and is not older than what is kept.
 */
int judge_run(void *context);

#endif
