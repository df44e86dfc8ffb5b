/* SPDX-License-Identifier: BSD-3-Clause */
#include "signature.h"

#include <json-c/json.h>
#include <stdlib.h>

#include "jws-verify.h"

struct signed_claims {
    struct json_object *header;
    struct json_object *claims;
};

enum status signature_verify(const struct token *token, const struct trusted_key *key,
                             struct signed_claims **claims, struct report *report)
{
    enum status status = jws_verify(&token->jws, trusted_key_pubkey(key), report);
    struct signed_claims *made;

    if (status != STATUS_ACCEPTED)
        return status;
    made = calloc(1, sizeof(*made));
    if (!made)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for the claims");
    made->header = json_object_get(token->jws.header);
    made->claims = json_object_get(token->unverified_claims);
    *claims = made;
    return STATUS_ACCEPTED;
}

struct json_object *signed_claims_object(const struct signed_claims *claims)
{
    return claims->claims;
}

struct json_object *signed_claims_header(const struct signed_claims *claims)
{
    return claims->header;
}

void signed_claims_free(struct signed_claims **claims)
{
    if (!*claims)
        return;
    json_free(&(*claims)->header);
    json_free(&(*claims)->claims);
    free(*claims);
    *claims = NULL;
}
