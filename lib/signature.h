/* SPDX-License-Identifier: BSD-3-Clause */
/* The signature: a token and a trusted key become signed claims. */
#ifndef PAM_JWT_SIGNATURE_H
#define PAM_JWT_SIGNATURE_H

#include "token.h"
#include "trusted-key.h"

struct signed_claims; /* made by signature_verify() alone */

/* `*claims` is set only on STATUS_ACCEPTED; owned by the caller, independent of `token`. */
enum status signature_verify(const struct token *token, const struct trusted_key *key,
                             struct signed_claims **claims, struct report *report);

struct json_object *signed_claims_object(const struct signed_claims *claims); /* borrowed */
struct json_object *signed_claims_header(const struct signed_claims *claims); /* borrowed */

void signed_claims_free(struct signed_claims **claims);
#define SIGNED_CLAIMS_CLEANUP __attribute__((cleanup(signed_claims_free)))

#endif
