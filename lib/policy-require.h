/* SPDX-License-Identifier: BSD-3-Clause */
/* What an administrator demands beyond RFC 7519: scope, acr, amr and any other claim. */
#ifndef PAM_JWT_POLICY_REQUIRE_H
#define PAM_JWT_POLICY_REQUIRE_H

#include "json.h"
#include "rules.h"

/* claim-not-met, or missing-claim where the claim is not there at all. */
enum status policy_require_check(struct json_object *claims, const struct issuer_rules *issuer,
                                 struct report *report);

#endif
