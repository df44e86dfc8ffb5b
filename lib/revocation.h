/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Revocation (RFC 5280 section 6.3): every certificate of the path but the anchor needs a status. A
 * path that has it becomes a trusted key.
 *
 * A certificate with noRevAvail (RFC 9608), or whose whole life is at most short_lived, needs none.
 * All answers at hand about any other are looked at before a good one counts, and revoked wins.
 * What then has no status may be fetched, but only after all else says yes: the key carries the
 * plan.
 */
#ifndef PAM_JWT_REVOCATION_H
#define PAM_JWT_REVOCATION_H

#include "answers.h"
#include "trust.h"
#include "trusted-key.h"

enum fetching {
    FETCHING_OFF,      /* nothing is fetched: no status is revocation-unknown */
    FETCHING_POSSIBLE, /* what the rules allow would be fetched: no status stays open */
    FETCHING_TRIED     /* it has been tried: no status is revocation-unavailable */
};

struct revocation_question {
    const struct issuer_rules *issuer;
    const struct answer_source *answers; /* NULL: there are none */
    int64_t now, leeway;                 /* seconds */
    enum fetching fetching;
    const char *failures; /* why fetches failed, for the detail; "" or NULL: nothing to say */
};

/*
 * `*key` is set only on STATUS_ACCEPTED; owned by the caller, independent of `path`. The status of
 * each certificate is reported as a step "status".
 */
enum status revocation_check(const struct trusted_path *path,
                             const struct revocation_question *question, struct trusted_key **key,
                             struct report *report);

#endif
