/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One key of a JWK Set (RFC 7517 section 5). The whole set is scanned strictly, but only what may
 * be the key is made into objects: a thousand keys cost little more than ten.
 */
#ifndef PAM_JWT_JWKS_H
#define PAM_JWT_JWKS_H

#include "json.h"

/*
 * `member` and may_match() say no without making an object, of a JWK whose text has no backslash,
 * and may not be wrong in that.
 */
struct jwks_question {
    const char *member; /* of such a JWK; NULL: may_match() says, if there is one */
    struct span value;  /* of that member, a string */
    bool (*may_match)(const void *context, struct span text);
    bool (*matches)(const void *context, struct json_object *jwk);
    const void *context;
};

struct jwks_answer {
    unsigned count;          /* how many match */
    struct json_object *jwk; /* the first of them; owned */
};

/* bad-json, duplicate-member or out-of-memory for what is no JWK Set; nothing to free then. */
enum status jwks_find(struct span text, const struct jwks_question *question,
                      struct jwks_answer *answer, struct report *report);

#endif
