/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A JWS in compact serialization (RFC 7515 section 7.1), taken apart and checked for form. The
 * payload may be any bytes: token.c wants the claims of a JWT in it.
 */
#ifndef PAM_JWT_JWS_H
#define PAM_JWT_JWS_H

#include "alg.h"
#include "json.h"
#include "report.h"
#include "span.h"

#define TOKEN_MAX 16384 /* bytes */

struct jws {
    struct span signing_input; /* header "." payload, as received; borrowed from the text */
    struct span payload;       /* decoded; owned */
    struct span signature;     /* decoded; owned */
    const struct alg *alg;
    struct json_object *header; /* owned */
};

/*
 * Checks, in this order: length, three parts (five: encrypted-token), base64url and JSON of the
 * header, header without enc (encrypted-token), crit and b64 (crit-header), alg, base64url of
 * payload and signature. `text` must outlive `jws`, which is zeroed on anything but
 * STATUS_ACCEPTED.
 */
enum status jws_parse(struct span text, struct jws *jws, struct report *report);

void jws_free(struct jws *jws);
#define JWS_CLEANUP __attribute__((cleanup(jws_free)))

#endif
