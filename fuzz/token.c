/* SPDX-License-Identifier: BSD-3-Clause */
/* A token that is accepted can be put together again from what was read of it. */
#include "../lib/token.h"

#include <json-c/json.h>

#include "../lib/base64url.h"
#include "fuzz.h"

/* `text` is `bytes` in base64url. */
static void check_part(struct span text, struct span bytes)
{
    char *again = malloc(BASE64URL_ENCODED_MAX(bytes.len));

    REQUIRE(again);
    REQUIRE(base64url_encode(bytes, again) == text.len);
    REQUIRE(span_equal(span_text(again), text));
    free(again);
}

static void check_parts(struct span text, const struct jws *jws)
{
    const unsigned char *end = text.ptr + text.len, *first = memchr(text.ptr, '.', text.len);
    const unsigned char *last = memrchr(text.ptr, '.', text.len);

    REQUIRE(first && first > text.ptr && first < last);
    REQUIRE(!memchr(first + 1, '.', (size_t)(last - first - 1)));
    REQUIRE(jws->signing_input.ptr == text.ptr);
    REQUIRE(jws->signing_input.ptr + jws->signing_input.len == last);
    check_part(span_of(first + 1, (size_t)(last - first - 1)), jws->payload);
    check_part(span_of(last + 1, (size_t)(end - last - 1)), jws->signature);
}

static void check_header(const struct jws *jws)
{
    static const char *const forbidden[] = {"enc", "crit", "b64"};
    struct span name;

    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
        REQUIRE(!json_has(jws->header, forbidden[i]));
    REQUIRE(json_string(json_member(jws->header, "alg"), &name));
    REQUIRE(span_equal(name, span_text(alg_name(jws->alg))));
}

static void check_claims(const struct token *token)
{
    struct report report = {0};
    JSON_CLEANUP struct json_object *claims = NULL;
    struct span issuer;

    REQUIRE(json_parse(token->jws.payload, "claims", &claims, &report) == STATUS_ACCEPTED);
    REQUIRE(json_object_equal(claims, token->unverified_claims));
    if (token_unverified_issuer(token, &issuer))
        REQUIRE(issuer.len > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size);
    struct report report = {0};
    TOKEN_CLEANUP struct token token;
    enum status status = token_parse(text, &token, &report);

    REQUIRE(status >= STATUS_ACCEPTED);
    if (status == STATUS_ACCEPTED) {
        REQUIRE(size <= TOKEN_MAX);
        check_parts(text, &token.jws);
        check_header(&token.jws);
        check_claims(&token);
        return 0;
    }
    REQUIRE(report.detail[0]);
    REQUIRE(!token.jws.header && !token.unverified_claims && !token.jws.signature.ptr &&
            !token.jws.payload.ptr && !token.jws.alg && !token.jws.signing_input.ptr);
    return 0;
}
