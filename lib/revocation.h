/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Revocation (RFC 5280 section 6.3): every certificate of the path but the anchor needs a status. A
 * path that has it becomes a trusted key, the only thing that signature.c takes.
 *
 * A certificate with noRevAvail (RFC 9608), or whose whole life is at most short_lived, needs none.
 * All answers at hand about any other are looked at before a good one counts, and revoked wins.
 * What then has no status may be fetched, but only after all else says yes: the key carries the
 * plan.
 */
#ifndef PAM_JWT_REVOCATION_H
#define PAM_JWT_REVOCATION_H

#include <gnutls/abstract.h>

#include "answers.h"
#include "trust.h"

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

struct trusted_key; /* made by revocation_check() alone */

/*
 * `*key` is set only on STATUS_ACCEPTED; owned by the caller, independent of `path`. The status of
 * each certificate is reported as a step "status".
 */
enum status revocation_check(const struct trusted_path *path,
                             const struct revocation_question *question, struct trusted_key **key,
                             struct report *report);

/*
 * What must be fetched before the key counts: nobody may log in by it as long as this is not NULL.
 * Owned by the caller from then on.
 */
struct fetch_plan *trusted_key_take_plan(struct trusted_key *key);

gnutls_pubkey_t trusted_key_pubkey(const struct trusted_key *key); /* borrowed */

/* Serial number of the signer certificate in hexadecimal, for the log. */
const char *trusted_key_serial(const struct trusted_key *key);

/*
 * How revocation was settled, for the log: "noRevAvail", "short-lived", "ocsp", "crl", "unknown",
 * "off". The weakest of the path.
 */
const char *trusted_key_revocation(const struct trusted_key *key);

void trusted_key_free(struct trusted_key **key);
#define TRUSTED_KEY_CLEANUP __attribute__((cleanup(trusted_key_free)))

#endif
