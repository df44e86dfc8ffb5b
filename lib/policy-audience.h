/* SPDX-License-Identifier: BSD-3-Clause */
/* aud (RFC 7519 section 4.1.3): a token is for one host and service, and of no use elsewhere. */
#ifndef PAM_JWT_POLICY_AUDIENCE_H
#define PAM_JWT_POLICY_AUDIENCE_H

#include "json.h"
#include "rules.h"

#define AUDIENCE_SIZE 1024

/* False: too long, or a % sequence that is not known. */
bool policy_audience_expand(const char *pattern, const char *host, const char *service,
                            char out[AUDIENCE_SIZE]);

/* One of the issuer's audiences, %h, %s and %% replaced, is aud or one of its strings. */
enum status policy_audience_check(struct json_object *claims, const struct rules *rules,
                                  const struct issuer_rules *issuer, const char *service,
                                  struct report *report);

#endif
