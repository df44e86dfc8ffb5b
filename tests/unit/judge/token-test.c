/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../lib/base64url.h"
#include "make-token.h"

static const struct token zeroed;

/* The copy ends where the token ends, so that a sanitizer sees one byte too many. */
static enum status parse(struct span text, struct token *token, char **copy)
{
    struct report report = {0};
    enum status status;

    *copy = malloc(text.len + (text.len == 0));
    if (text.len > 0)
        memcpy(*copy, text.ptr, text.len);
    memset(token, 0xff, sizeof(*token));
    status = token_parse(span_of(*copy, text.len), token, &report);
    assert_int_equal(report.detail[0] == '\0', status == STATUS_ACCEPTED);
    return status;
}

static void assert_span_parses(struct span text, enum status expected)
{
    struct token token;
    char *copy;
    enum status found = parse(text, &token, &copy);

    if (found != expected)
        fail_msg("expected %s, found %s: %.*s", status_slug(expected), status_slug(found),
                 (int)text.len, (const char *)text.ptr);
    if (found != STATUS_ACCEPTED)
        assert_memory_equal(&token, &zeroed, sizeof(token));
    token_free(&token);
    free(copy);
}

static void assert_parses(const char *header, const char *claims, enum status expected)
{
    char *text = make_token(header, claims, span_text("signature"));

    assert_span_parses(span_text(text), expected);
    free(text);
}

static void test_accepted(void **state)
{
    char *text = make_token("{\"alg\":\"ES256\"}", "{\"iss\":\"x\"}", span_of("\0sig", 4));
    char *copy;
    struct token token;
    struct span found;

    (void)state;
    assert_int_equal(parse(span_text(text), &token, &copy), STATUS_ACCEPTED);
    assert_string_equal(alg_name(token.jws.alg), "ES256");
    assert_true(span_equal(token.jws.signature, span_of("\0sig", 4)));
    assert_ptr_equal(token.jws.signing_input.ptr, copy);
    assert_int_equal(token.jws.signing_input.len, strrchr(text, '.') - text);
    assert_true(json_string(json_member(token.jws.header, "alg"), &found));
    assert_true(json_string(json_member(token.unverified_claims, "iss"), &found));
    assert_true(span_equal(found, span_text("x")));
    token_free(&token);
    assert_memory_equal(&token, &zeroed, sizeof(token));
    token_free(&token);
    free(copy);
    free(text);
}

static void test_length(void **state)
{
    static char text[TOKEN_MAX + 1];

    (void)state;
    memset(text, 'A', sizeof(text));
    assert_span_parses(span_of(text, TOKEN_MAX), STATUS_NOT_A_JWT);
    assert_span_parses(span_of(text, TOKEN_MAX + 1), STATUS_TOO_LONG);
    text[4] = text[8] = '.';
    assert_span_parses(span_of(text, TOKEN_MAX + 1), STATUS_TOO_LONG);
}

/* The longest token passes whole. */
static void test_longest(void **state)
{
    static char claims[TOKEN_MAX];
    char *text = NULL;
    size_t len = 0;

    (void)state;
    for (int fill = 12200; len < TOKEN_MAX; fill++) {
        free(text);
        snprintf(claims, sizeof(claims), "{\"a\":\"%0*d\"}", fill, 0);
        text = make_token("{\"alg\":\"ES256\"}", claims, span_text("s"));
        len = strlen(text);
    }
    assert_int_equal(len, TOKEN_MAX);
    assert_span_parses(span_of(text, len), STATUS_ACCEPTED);
    free(text);
}

static void test_parts(void **state)
{
    static const struct {
        const char *text;
        enum status status;
    } rows[] = {
        {"", STATUS_NOT_A_JWT},
        {".", STATUS_NOT_A_JWT},
        {"..", STATUS_NOT_A_JWT},
        {"...", STATUS_NOT_A_JWT},
        {"....", STATUS_ENCRYPTED_TOKEN},
        {".....", STATUS_NOT_A_JWT},
        {"......", STATUS_NOT_A_JWT},
        {"eyJhbGciOiJFUzI1NiJ9", STATUS_NOT_A_JWT},
        {"eyJhbGciOiJFUzI1NiJ9.e30", STATUS_NOT_A_JWT},
        {"eyJhbGciOiJFUzI1NiJ9..AA", STATUS_NOT_A_JWT},
        {".e30.AA", STATUS_NOT_A_JWT},
        {"eyJhbGciOiJFUzI1NiJ9.e30.AA.AA", STATUS_NOT_A_JWT},
        {"eyJhbGciOiJFUzI1NiJ9.e30.AA.AA.AA", STATUS_ENCRYPTED_TOKEN},
        {"eyJhbGciOiJFUzI1NiJ9.e30.AA.AA.AA.AA", STATUS_NOT_A_JWT},
        {"eyJhbGciOiJFUzI1NiJ9.e30.AA", STATUS_ACCEPTED},
        {"eyJhbGciOiJFUzI1NiJ9.e30.", STATUS_ACCEPTED}, /* signature.c wants the right length */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_span_parses(span_text(rows[i].text), rows[i].status);
}

/* Each part by itself; the other two are good. */
static void test_base64url(void **state)
{
    static const char *const texts[] = {
        "eyJhbGciOiJFUzI1NiJ9=.e30.AA",  "eyJhbGciOiJFUzI1NiJ9.e30=.AA",
        "eyJhbGciOiJFUzI1NiJ9.e30.AA==", "eyJhbGciOiJFUzI1NiJ9.e31.AA",
        "eyJhbGciOiJFUzI1NiJ9.e30.AB",   "eyJhbGciOiJFUzI1NiJ9.e30.A",
        "eyJhbGciOiJFUzI1NiJ9.e30.A+/A", " eyJhbGciOiJFUzI1NiJ9.e30.AA",
        "eyJhbGciOiJFUzI1NiJ9.e30.AA\n", "eyJhbGciOiJFUzI1NiJ9\n.e30.AA",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_span_parses(span_text(texts[i]), STATUS_BAD_BASE64URL);
    assert_span_parses(span_of("eyJhbGciOiJFUzI1NiJ9.e30.AA\0", 28), STATUS_BAD_BASE64URL);
    assert_span_parses(span_of("eyJhbGciOiJFUzI1NiJ9.e30\0.AA", 28), STATUS_BAD_BASE64URL);
}

static void test_header(void **state)
{
    static const struct {
        const char *header;
        enum status status;
    } rows[] = {
        {"{\"alg\":\"RS256\"}", STATUS_ACCEPTED},
        {"{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"x\",\"jku\":\"http://x\"}", STATUS_ACCEPTED},
        {"[]", STATUS_BAD_JSON},
        {"\"alg\"", STATUS_BAD_JSON},
        {"null", STATUS_BAD_JSON},
        {"{\"alg\":\"RS256\"", STATUS_BAD_JSON},
        {"{\"alg\":\"RS256\",\"alg\":\"RS256\"}", STATUS_DUPLICATE_MEMBER},
        {"{\"alg\":\"RS256\",\"\\u0061lg\":\"none\"}", STATUS_DUPLICATE_MEMBER},
        {"{}", STATUS_ALG_NOT_SUPPORTED},
        {"{\"Alg\":\"RS256\"}", STATUS_ALG_NOT_SUPPORTED},
        {"{\"alg\":null}", STATUS_ALG_NOT_SUPPORTED},
        {"{\"alg\":5}", STATUS_ALG_NOT_SUPPORTED},
        {"{\"alg\":[\"RS256\"]}", STATUS_ALG_NOT_SUPPORTED},
        {"{\"alg\":\"\"}", STATUS_ALG_NOT_SUPPORTED},
        {"{\"alg\":\"none\"}", STATUS_ALG_NOT_SUPPORTED},
        {"{\"alg\":\"None\"}", STATUS_ALG_NOT_SUPPORTED},
        {"{\"alg\":\"HS256\"}", STATUS_ALG_NOT_SUPPORTED},
        {"{\"alg\":\"rs256\"}", STATUS_ALG_NOT_SUPPORTED},
        {"{\"alg\":\"RS256\\u0000\"}", STATUS_ALG_NOT_SUPPORTED},
        {"{\"alg\":\"RS256\\u0000RS256RS256RS256RS256RS256RS256RS256\"}", STATUS_ALG_NOT_SUPPORTED},
        {"{\"alg\":\"RSA-OAEP\",\"enc\":\"A128GCM\"}", STATUS_ENCRYPTED_TOKEN},
        {"{\"alg\":\"RS256\",\"enc\":null}", STATUS_ENCRYPTED_TOKEN},
        {"{\"alg\":\"RS256\",\"enc\":\"x\",\"crit\":[]}", STATUS_ENCRYPTED_TOKEN},
        {"{\"alg\":\"RS256\",\"crit\":[\"x\"]}", STATUS_CRIT_HEADER},
        {"{\"alg\":\"RS256\",\"crit\":[]}", STATUS_CRIT_HEADER},
        {"{\"alg\":\"RS256\",\"crit\":null}", STATUS_CRIT_HEADER},
        {"{\"alg\":\"none\",\"crit\":[\"exp\"]}", STATUS_CRIT_HEADER},
        {"{\"alg\":\"RS256\",\"b64\":false}", STATUS_CRIT_HEADER},
        {"{\"alg\":\"RS256\",\"b64\":true}", STATUS_CRIT_HEADER},
        {"{\"alg\":\"RS256\",\"b64\":null}", STATUS_CRIT_HEADER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_parses(rows[i].header, "{}", rows[i].status);
}

static void test_claims(void **state)
{
    static const struct {
        const char *claims;
        enum status status;
    } rows[] = {
        {"{}", STATUS_ACCEPTED},
        {"[]", STATUS_BAD_JSON},
        {"\"eyJhbGciOiJFUzI1NiJ9.e30.AA\"", STATUS_BAD_JSON},
        {"text", STATUS_BAD_JSON},
        {"{\"exp\":NaN}", STATUS_BAD_JSON},
        {"{\"exp\":1,\"exp\":2}", STATUS_DUPLICATE_MEMBER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_parses("{\"alg\":\"ES256\"}", rows[i].claims, rows[i].status);
}

/* RFC 7515 section 4: the payload of a JWS is any bytes; that of a JWT is not. */
static void test_payload(void **state)
{
    static const struct {
        struct span payload;
        enum status status; /* of the same text as a JWT */
    } rows[] = {
        {{(const unsigned char *)"", 0}, STATUS_NOT_A_JWT},
        {{(const unsigned char *)"\0\xff", 2}, STATUS_BAD_JSON},
        {{(const unsigned char *)"[]", 2}, STATUS_BAD_JSON},
        {{(const unsigned char *)"{}", 2}, STATUS_ACCEPTED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char encoded[BASE64URL_ENCODED_MAX(2)], text[64];
        JWS_CLEANUP struct jws jws = {0};
        struct report report = {0};

        (void)base64url_encode(rows[i].payload, encoded);
        snprintf(text, sizeof(text), "eyJhbGciOiJFUzI1NiJ9.%s.AA", encoded);
        assert_int_equal(jws_parse(span_text(text), &jws, &report), STATUS_ACCEPTED);
        assert_true(span_equal(jws.payload, rows[i].payload));
        assert_span_parses(span_text(text), rows[i].status);
    }
}

static void test_issuer(void **state)
{
    static const struct {
        const char *claims, *issuer; /* NULL: none */
    } rows[] = {
        {"{\"iss\":\"https://issuer.example\"}", "https://issuer.example"},
        {"{\"iss\":\"\"}", NULL},
        {"{\"iss\":null}", NULL},
        {"{\"iss\":1}", NULL},
        {"{\"iss\":[\"https://issuer.example\"]}", NULL},
        {"{\"Iss\":\"x\"}", NULL},
        {"{}", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *copy, *text = make_token("{\"alg\":\"ES256\"}", rows[i].claims, span_text("s"));
        struct token token;
        struct span issuer;

        assert_int_equal(parse(span_text(text), &token, &copy), STATUS_ACCEPTED);
        assert_int_equal(token_unverified_issuer(&token, &issuer), rows[i].issuer != NULL);
        if (rows[i].issuer)
            assert_true(span_equal(issuer, span_text(rows[i].issuer)));
        token_free(&token);
        free(copy);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),  cmocka_unit_test(test_length),
        cmocka_unit_test(test_longest),   cmocka_unit_test(test_parts),
        cmocka_unit_test(test_base64url), cmocka_unit_test(test_header),
        cmocka_unit_test(test_claims),    cmocka_unit_test(test_payload),
        cmocka_unit_test(test_issuer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
