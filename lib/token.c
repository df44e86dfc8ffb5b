/* SPDX-License-Identifier: BSD-3-Clause */
#include "token.h"

static enum status parse_claims(struct token *token, struct report *report)
{
    /* RFC 7519 section 7.2: claims are an object, and so never nothing */
    if (token->jws.payload.len == 0)
        return report_refuse(report, STATUS_NOT_A_JWT,
                             "expected header, claims and signature joined by dots");
    return json_parse(token->jws.payload, "claims", &token->unverified_claims, report);
}

enum status token_parse(struct span text, struct token *token, struct report *report)
{
    enum status status;

    *token = (struct token){0};
    status = jws_parse(text, &token->jws, report);
    if (status == STATUS_ACCEPTED)
        status = parse_claims(token, report);
    if (status != STATUS_ACCEPTED)
        token_free(token);
    return status;
}

bool token_unverified_issuer(const struct token *token, struct span *issuer)
{
    return json_string(json_member(token->unverified_claims, "iss"), issuer) && issuer->len > 0;
}

void token_free(struct token *token)
{
    jws_free(&token->jws);
    json_free(&token->unverified_claims);
}
