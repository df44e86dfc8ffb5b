/* SPDX-License-Identifier: BSD-3-Clause */
/* The claims rules (RFC 7519 section 4.1, RFC 8725, RFC 9068): signed claims become an identity. */
#ifndef PAM_JWT_POLICY_H
#define PAM_JWT_POLICY_H

#include "rules.h"
#include "signature.h"

struct identity; /* made by policy_check() alone */

/*
 * Checks typ, cnf, iss, aud, exp, nbf, iat and takes the user claim. `now`: seconds since the
 * epoch. `*identity` is set only on STATUS_ACCEPTED; owned by the caller, independent of `claims`.
 */
enum status policy_check(const struct signed_claims *claims, const struct rules *rules,
                         const struct issuer_rules *issuer, const char *service, int64_t now,
                         struct identity **identity, struct report *report);

/*
 * Whether the claims of the token could pass those rules if they were signed, for who wonders
 * whether its key is worth fetching; else the detail says what is against it.
 */
bool policy_may_pass(const struct token *token, const struct rules *rules,
                     const struct issuer_rules *issuer, const char *service, int64_t now,
                     struct report *report);

struct span identity_user_claim(const struct identity *identity); /* borrowed; never empty */
int64_t identity_expires(const struct identity *identity);        /* exp, seconds, without leeway */

void identity_free(struct identity **identity);
#define IDENTITY_CLEANUP __attribute__((cleanup(identity_free)))

#endif
