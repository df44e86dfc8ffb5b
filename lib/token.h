/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A JWT (RFC 7519): a JWS whose payload is claims. Nothing in it is verified: what a reader needs
 * before the signature carries "unverified" in its name.
 */
#ifndef PAM_JWT_TOKEN_H
#define PAM_JWT_TOKEN_H

#include "jws.h"

struct token {
    struct jws jws;
    struct json_object *unverified_claims; /* owned; for signature.c, token_unverified_issuer() */
};

/*
 * jws_parse(), then the JSON of the claims. `text` must outlive the token. On anything but
 * STATUS_ACCEPTED `*token` is zeroed.
 */
enum status token_parse(struct span text, struct token *token, struct report *report);

/* iss as the token claims it, borrowed; false if it is missing, empty or no string. */
bool token_unverified_issuer(const struct token *token, struct span *issuer);

void token_free(struct token *token);
#define TOKEN_CLEANUP __attribute__((cleanup(token_free)))

#endif
