/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an administrator demands beyond RFC 7519: scope, acr, amr, any other claim, and how long ago
 * people may have authenticated. Looked at once the user is known, so that he may be told what is
 * missing: details hold what the rules say, and nothing of the token but times.
 */
#ifndef PAM_JWT_REQUIREMENTS_H
#define PAM_JWT_REQUIREMENTS_H

#include "policy.h"

/* `now`: seconds since the epoch. claim-not-met, missing-claim, too-old, lifetime-too-long. */
enum status requirements_check(const struct signed_claims *claims, const struct identity *identity,
                               const struct rules *rules, const struct issuer_rules *issuer,
                               int64_t now, struct report *report);

#endif
