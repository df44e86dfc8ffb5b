/* SPDX-License-Identifier: BSD-3-Clause */
#include "jws.h"

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

static enum status decode_header(struct span text, struct json_object **header,
                                 struct report *report)
{
    struct span json = {0};
    enum status status = decode(text, "header", &json, report);

    if (status != STATUS_ACCEPTED)
        return status;
    status = json_parse(json, "header", header, report);
    free((void *)json.ptr);
    return status;
}

static enum status check_alg(struct jws *jws, struct report *report)
{
    struct span name;

    /* RFC 7515 section 4.1.1 */
    if (!json_string(json_member(jws->header, "alg"), &name))
        return report_refuse(report, STATUS_ALG_NOT_SUPPORTED,
                             "header: expected a string as alg, found none");

    /* RFC 8725 section 3.2: HMAC and none are no algorithms here */
    jws->alg = alg_find(name);
    if (!jws->alg)
        return report_refuse(report, STATUS_ALG_NOT_SUPPORTED,
                             "header: alg \"%.*s\" is none of RS, PS, ES 256/384/512, EdDSA, "
                             "Ed25519, Ed448",
                             name.len < 32 ? (int)name.len : 32, (const char *)name.ptr);
    return STATUS_ACCEPTED;
}

static enum status check_header(struct jws *jws, struct report *report)
{
    /* RFC 7516 section 9: enc tells a JWE from a JWS */
    if (json_has(jws->header, "enc"))
        return report_refuse(report, STATUS_ENCRYPTED_TOKEN, "header: enc is present");

    /* RFC 7515 section 4.1.11: no extension is understood, so none may be demanded */
    if (json_has(jws->header, "crit"))
        return report_refuse(report, STATUS_CRIT_HEADER, "header: crit is present");

    /* RFC 7797 section 3, RFC 7519 section 7: a JWT payload is always encoded */
    if (json_has(jws->header, "b64"))
        return report_refuse(report, STATUS_CRIT_HEADER, "header: b64 is present");

    return check_alg(jws, report);
}

static enum status parse(struct span text, struct jws *jws, struct report *report)
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
    if (count != 3 || parts[0].len == 0)
        return report_refuse(report, STATUS_NOT_A_JWT,
                             "expected header, claims and signature joined by dots");

    jws->signing_input = span_of(text.ptr, parts[0].len + 1 + parts[1].len);
    status = decode_header(parts[0], &jws->header, report);
    if (status == STATUS_ACCEPTED)
        status = check_header(jws, report);
    if (status == STATUS_ACCEPTED)
        status = decode(parts[1], "claims", &jws->payload, report);
    if (status == STATUS_ACCEPTED)
        status = decode(parts[2], "signature", &jws->signature, report);
    return status;
}

enum status jws_parse(struct span text, struct jws *jws, struct report *report)
{
    enum status status;

    *jws = (struct jws){0};
    status = parse(text, jws, report);
    if (status != STATUS_ACCEPTED)
        jws_free(jws);
    return status;
}

void jws_free(struct jws *jws)
{
    free((void *)jws->payload.ptr);
    free((void *)jws->signature.ptr);
    json_free(&jws->header);
    *jws = (struct jws){0};
}
