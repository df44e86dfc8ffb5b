/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A JWT in JWS compact serialization (RFC 7515 section 7.1), taken apart and checked for form.
 * Nothing in it is verified: what a reader needs before the signature carries "unverified" in its
 * name.
 */
#ifndef PAM_JWT_TOKEN_H
#define PAM_JWT_TOKEN_H

#include "alg.h"
#include "json.h"
#include "report.h"
#include "span.h"

#define TOKEN_MAX 16384 /* bytes */

struct token {
    struct span signing_input; /* header "." payload, as received; borrowed from the text */
    struct span signature;     /* decoded; owned */
    const struct alg *alg;
    struct json_object *header;            /* owned */
    struct json_object *unverified_claims; /* owned; for signature.c, token_unverified_issuer() */
};

/*
 * Checks, in this order: length, three parts (five: encrypted-token), base64url, JSON of the
 * header, header without enc (encrypted-token), crit and b64 (crit-header), alg, JSON of the
 * claims. `text` must outlive the token. On anything but STATUS_ACCEPTED `*token` is zeroed.
 */
enum status token_parse(struct span text, struct token *token, struct report *report);

/* iss as the token claims it, borrowed; false if it is missing, empty or no string. */
bool token_unverified_issuer(const struct token *token, struct span *issuer);

void token_free(struct token *token);
#define TOKEN_CLEANUP __attribute__((cleanup(token_free)))

#endif
