/* SPDX-License-Identifier: BSD-3-Clause */
/* replay = require: what must be kept of a token, so that it lets in once. */
#ifndef PAM_JWT_REPLAY_H
#define PAM_JWT_REPLAY_H

#include "replay-id.h"
#include "rules.h"
#include "signature.h"

/*
 * `entry` stands for iss and jti of the claims until `expires` (exp, seconds) and `leeway` are
 * over; its id is "" if the issuer's rules ask for no such thing. missing-claim: there is no jti.
 */
enum status replay_identify(const struct signed_claims *claims, const struct issuer_rules *issuer,
                            int64_t expires, int64_t leeway, struct replay_entry *entry,
                            struct report *report);

#endif
