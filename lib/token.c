/* SPDX-License-Identifier: BSD-3-Clause */
#include "token.h"

#include <stdlib.h>

#include "base64url.h"

#define PARTS_MAX 5 /* of JWE compact serialization; JWS has three */

/* Splits at dots; returns the number of parts, PARTS_MAX + 1 for "more". */
static unsigned split(struct span text, struct span parts[PARTS_MAX])
{
    unsigned count = 0;

    for (;;) {
        const unsigned char *dot = text.len > 0 ? memchr(text.ptr, '.', text.len) : NULL;
        size_t len = dot ? (size_t)(dot - text.ptr) : text.len;

        if (count == PARTS_MAX)
            return PARTS_MAX + 1;
        parts[count++] = span_of(text.ptr, len);
        if (!dot)
            return count;
        text = span_of(dot + 1, text.len - len - 1);
    }
}

/* `out->ptr` is owned by the caller. */
static enum status decode(struct span text, const char *what, struct span *out,
                          struct report *report)
{
    unsigned char *bytes = malloc(BASE64_DECODED_MAX(text.len));
    size_t len;

    if (!bytes)
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "%s: no memory to decode it", what);

    /* RFC 7515 section 2: base64url without padding, white space or spare bits */
    if (!base64url_decode(text, bytes, &len)) {
        free(bytes);
        return report_refuse(report, STATUS_BAD_BASE64URL, "%s: expected canonical base64url",
                             what);
    }
    *out = span_of(bytes, len);
    return STATUS_ACCEPTED;
}

static enum status decode_object(struct span text, const char *what, struct json_object **object,
                                 struct report *report)
{
    struct span json = {0};
    enum status status = decode(text, what, &json, report);

    if (status != STATUS_ACCEPTED)
        return status;
    status = json_parse(json, what, object, report);
    free((void *)json.ptr);
    return status;
}

static enum status check_alg(struct token *token, struct report *report)
{
    struct span name;

    /* RFC 7515 section 4.1.1 */
    if (!json_string(json_member(token->header, "alg"), &name))
        return report_refuse(report, STATUS_ALG_NOT_SUPPORTED,
                             "header: expected a string as alg, found none");

    /* RFC 8725 section 3.2: HMAC and none are no algorithms here */
    token->alg = alg_find(name);
    if (!token->alg)
        return report_refuse(report, STATUS_ALG_NOT_SUPPORTED,
                             "header: alg \"%.*s\" is none of RS, PS, ES 256/384/512, EdDSA, "
                             "Ed25519, Ed448",
                             name.len < 32 ? (int)name.len : 32, (const char *)name.ptr);
    return STATUS_ACCEPTED;
}

static enum status check_header(struct token *token, struct report *report)
{
    /* RFC 7516 section 9: enc tells a JWE from a JWS */
    if (json_has(token->header, "enc"))
        return report_refuse(report, STATUS_ENCRYPTED_TOKEN, "header: enc is present");

    /* RFC 7515 section 4.1.11: no extension is understood, so none may be demanded */
    if (json_has(token->header, "crit"))
        return report_refuse(report, STATUS_CRIT_HEADER, "header: crit is present");

    /* RFC 7797 section 3, RFC 7519 section 7: a JWT payload is always encoded */
    if (json_has(token->header, "b64"))
        return report_refuse(report, STATUS_CRIT_HEADER, "header: b64 is present");

    return check_alg(token, report);
}

static enum status parse(struct span text, struct token *token, struct report *report)
{
    struct span parts[PARTS_MAX];
    enum status status;
    unsigned count;

    /* RFC 8725 section 3.11 */
    if (text.len > TOKEN_MAX)
        return report_refuse(report, STATUS_TOO_LONG, "expected at most %d bytes, found %zu",
                             TOKEN_MAX, text.len);

    /* RFC 7516 section 9: five parts are a JWE */
    count = split(text, parts);
    if (count == 5)
        return report_refuse(report, STATUS_ENCRYPTED_TOKEN, "found five parts");

    /* RFC 7515 section 7.1 */
    if (count != 3 || parts[0].len == 0 || parts[1].len == 0)
        return report_refuse(report, STATUS_NOT_A_JWT,
                             "expected header, claims and signature joined by dots");

    token->signing_input = span_of(text.ptr, parts[0].len + 1 + parts[1].len);
    status = decode_object(parts[0], "header", &token->header, report);
    if (status != STATUS_ACCEPTED)
        return status;
    status = check_header(token, report);
    if (status != STATUS_ACCEPTED)
        return status;
    status = decode_object(parts[1], "claims", &token->unverified_claims, report);
    if (status != STATUS_ACCEPTED)
        return status;
    return decode(parts[2], "signature", &token->signature, report);
}

enum status token_parse(struct span text, struct token *token, struct report *report)
{
    enum status status;

    *token = (struct token){0};
    status = parse(text, token, report);
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
    free((void *)token->signature.ptr);
    json_free(&token->header);
    json_free(&token->unverified_claims);
    *token = (struct token){0};
}
