/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/jwk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../lib/base64url.h"
#include "make-cert.h"

/* The numbers of one key, big-endian without leading zeros, or as many bytes as a coordinate has.
 */
struct numbers {
    unsigned char first[260], second[260];
    size_t first_len, second_len;
};

static void put(gnutls_datum_t number, size_t size, unsigned char *out, size_t *len)
{
    struct span digits = span_number(span_of(number.data, number.size));

    if (size == 0)
        size = digits.len;
    assert_true(digits.len <= size);
    memset(out, 0, size);
    memcpy(out + size - digits.len, digits.ptr, digits.len);
    *len = size;
    gnutls_free(number.data);
}

static gnutls_pubkey_t public_key(enum key_kind kind)
{
    struct cert_plan plan = plan_signer(make_key(kind, 0), make_ca("root", 1, NULL, 0), 1);
    gnutls_pubkey_t key;

    assert_int_equal(gnutls_pubkey_init(&key), 0);
    assert_int_equal(gnutls_pubkey_import_x509(key, make_cert(&plan), 0), 0);
    return key;
}

static struct numbers numbers_of(gnutls_pubkey_t key, size_t size)
{
    struct numbers numbers = {0};
    gnutls_datum_t first, second = {NULL, 0};

    if (size == 0)
        assert_int_equal(gnutls_pubkey_export_rsa_raw2(key, &first, &second, 0), 0);
    else
        assert_int_equal(gnutls_pubkey_export_ecc_raw2(key, NULL, &first, &second, 0), 0);
    put(first, size, numbers.first, &numbers.first_len);
    if (second.data)
        put(second, size, numbers.second, &numbers.second_len);
    return numbers;
}

static bool equals(gnutls_pubkey_t key, const char *text)
{
    JSON_CLEANUP struct json_object *jwk = NULL;
    struct report report = {0};

    assert_int_equal(json_parse(span_text(text), "jwk", &jwk, &report), STATUS_ACCEPTED);
    return jwk_equals_key(jwk, key);
}

struct kind {
    enum key_kind kind;
    const char *kty, *crv, *first, *second;
    size_t size;
};

static const struct kind kinds[] = {
    {KEY_RSA, "RSA", NULL, "n", "e", 0},        {KEY_RSA_PSS, "RSA", NULL, "n", "e", 0},
    {KEY_P256, "EC", "P-256", "x", "y", 32},    {KEY_P384, "EC", "P-384", "x", "y", 48},
    {KEY_P521, "EC", "P-521", "x", "y", 66},    {KEY_ED25519, "OKP", "Ed25519", "x", NULL, 32},
    {KEY_ED448, "OKP", "Ed448", "x", NULL, 57},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* A JWK of these numbers and whatever `more` is, ",..." or "". */
static char *jwk_text(const struct kind *kind, const struct numbers *numbers, const char *more)
{
    char first[400], second[400], *text = NULL;

    (void)base64url_encode(span_of(numbers->first, numbers->first_len), first);
    (void)base64url_encode(span_of(numbers->second, numbers->second_len), second);
    assert_true(asprintf(&text, "{\"kty\":\"%s\"%s%s%s,\"%s\":\"%s\"%s%s%s%s%s%s}", kind->kty,
                         kind->crv ? ",\"crv\":\"" : "", kind->crv ? kind->crv : "",
                         kind->crv ? "\"" : "", kind->first, first, kind->second ? ",\"" : "",
                         kind->second ? kind->second : "", kind->second ? "\":\"" : "",
                         kind->second ? second : "", kind->second ? "\"" : "", more) > 0);
    return text;
}

static bool numbers_equal(gnutls_pubkey_t key, const struct kind *kind,
                          const struct numbers *numbers, const char *more)
{
    char *text = jwk_text(kind, numbers, more);
    bool same = equals(key, text);

    free(text);
    return same;
}

static void test_equal(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        gnutls_pubkey_t key = public_key(kinds[i].kind);
        struct numbers numbers = numbers_of(key, kinds[i].size);

        assert_true(numbers_equal(key, &kinds[i], &numbers, ""));
        assert_true(numbers_equal(key, &kinds[i], &numbers, ",\"kid\":\"x\",\"use\":\"sig\""));
        gnutls_pubkey_deinit(key);
    }
}

static void test_other_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        gnutls_pubkey_t key = public_key(kinds[i].kind);
        struct numbers good = numbers_of(key, kinds[i].size), bad = good;

        bad.first[0] ^= 1;
        assert_false(numbers_equal(key, &kinds[i], &bad, ""));
        bad = good;
        bad.first[bad.first_len - 1] ^= 1;
        assert_false(numbers_equal(key, &kinds[i], &bad, ""));
        bad = good;
        bad.first_len--;
        assert_false(numbers_equal(key, &kinds[i], &bad, ""));
        bad = good;
        bad.first_len = 0;
        assert_false(numbers_equal(key, &kinds[i], &bad, ""));
        if (kinds[i].second) {
            bad = good;
            bad.second[0] ^= 1;
            assert_false(numbers_equal(key, &kinds[i], &bad, ""));
            bad = good;
            bad.second_len--;
            assert_false(numbers_equal(key, &kinds[i], &bad, ""));
        }
        gnutls_pubkey_deinit(key);
    }
}

/* RFC 7518 section 6.2.1.2: a coordinate has its full length, no more */
static void test_coordinate_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        gnutls_pubkey_t key = public_key(kinds[i].kind);
        struct numbers good = numbers_of(key, kinds[i].size), longer = good;

        if (kinds[i].size > 0) {
            memcpy(longer.first + 1, good.first, good.first_len);
            longer.first_len++;
            longer.first[0] = 0;
            assert_false(numbers_equal(key, &kinds[i], &longer, ""));
        }
        gnutls_pubkey_deinit(key);
    }
}

static void test_other_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        gnutls_pubkey_t key = public_key(kinds[i].kind);
        struct numbers numbers = numbers_of(key, kinds[i].size);

        for (size_t k = 0; k < KINDS; k++) {
            struct kind mixed = kinds[i];

            mixed.kty = kinds[k].kty;
            assert_int_equal(numbers_equal(key, &mixed, &numbers, ""),
                             strcmp(mixed.kty, kinds[i].kty) == 0);
            if (!mixed.crv || !kinds[k].crv)
                continue;
            mixed = kinds[i];
            mixed.crv = kinds[k].crv;
            assert_int_equal(numbers_equal(key, &mixed, &numbers, ""),
                             strcmp(mixed.crv, kinds[i].crv) == 0);
        }
        gnutls_pubkey_deinit(key);
    }
}

static void test_private(void **state)
{
    static const char *const members[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        gnutls_pubkey_t key = public_key(kinds[i].kind);
        struct numbers numbers = numbers_of(key, kinds[i].size);

        for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++) {
            char more[32];

            snprintf(more, sizeof(more), ",\"%s\":\"AA\"", members[m]);
            assert_false(numbers_equal(key, &kinds[i], &numbers, more));
            snprintf(more, sizeof(more), ",\"%s\":null", members[m]);
            assert_false(numbers_equal(key, &kinds[i], &numbers, more));
        }
        gnutls_pubkey_deinit(key);
    }
}

static void test_malformed(void **state)
{
    static const char *const texts[] = {
        "{}",
        "{\"kty\":\"RSA\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\"}",
        "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"\"}",
        "{\"kty\":\"RSA\",\"n\":1,\"e\":65537}",
        "{\"kty\":\"oct\",\"n\":\"AA\"}",
        "{\"kty\":\"RSA\",\"n\":[\"AA\"],\"e\":\"AQAB\"}",
        "{\"kty\":\"RSA\",\"n\":\"A\",\"e\":\"AQAB\"}",
        "{\"kty\":null,\"n\":\"AA\",\"e\":\"AQAB\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
    };

    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        gnutls_pubkey_t key = public_key(kinds[i].kind);

        for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++)
            assert_false(equals(key, texts[t]));
        assert_false(jwk_equals_key(NULL, key));
        gnutls_pubkey_deinit(key);
    }
}

/* The same numbers, but written with padding, or y left out. */
static void test_spelling(void **state)
{
    gnutls_pubkey_t key = public_key(KEY_P256);
    struct numbers numbers = numbers_of(key, 32);
    char x[64], y[64], text[256];

    (void)state;
    (void)base64url_encode(span_of(numbers.first, 32), x);
    (void)base64url_encode(span_of(numbers.second, 32), y);
    snprintf(text, sizeof(text), "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}", x,
             y);
    assert_true(equals(key, text));
    snprintf(text, sizeof(text), "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s=\",\"y\":\"%s\"}", x,
             y);
    assert_false(equals(key, text));
    snprintf(text, sizeof(text), "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\"}", x);
    assert_false(equals(key, text));
    snprintf(text, sizeof(text), "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}", y,
             x);
    assert_false(equals(key, text));
    gnutls_pubkey_deinit(key);
}

/* RFC 7518 section 2: a number has no leading zeros */
static void test_leading_zero(void **state)
{
    gnutls_pubkey_t key = public_key(KEY_RSA);
    struct numbers good = numbers_of(key, 0), longer = good;

    (void)state;
    memcpy(longer.second + 1, good.second, good.second_len);
    longer.second[0] = 0;
    longer.second_len++;
    assert_true(numbers_equal(key, &kinds[0], &good, ""));
    assert_false(numbers_equal(key, &kinds[0], &longer, ""));
    gnutls_pubkey_deinit(key);
}

static void test_serves(void **state)
{
    static const struct {
        const char *text;
        bool serves;
    } rows[] = {
        {"{}", true},
        {"{\"use\":\"sig\",\"key_ops\":[\"verify\"],\"alg\":\"ES256\"}", true},
        {"{\"key_ops\":[\"sign\",\"verify\"]}", true},
        {"{\"use\":\"enc\"}", false},
        {"{\"use\":null}", false},
        {"{\"use\":\"Sig\"}", false},
        {"{\"key_ops\":[\"encrypt\"]}", false},
        {"{\"key_ops\":[]}", false},
        {"{\"key_ops\":null}", false},
        {"{\"key_ops\":\"verify\"}", false},
        {"{\"key_ops\":[\"verify\",1]}", false},
        {"{\"alg\":\"ES384\"}", false},
        {"{\"alg\":null}", false},
        {"{\"alg\":[\"ES256\"]}", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        JSON_CLEANUP struct json_object *jwk = NULL;
        struct report report = {0};

        assert_int_equal(json_parse(span_text(rows[i].text), "jwk", &jwk, &report),
                         STATUS_ACCEPTED);
        if (jwk_serves(jwk, alg_find(span_text("ES256"))) != rows[i].serves)
            fail_msg("%s", rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_other_numbers),
        cmocka_unit_test(test_coordinate_length),
        cmocka_unit_test(test_other_kinds),
        cmocka_unit_test(test_private),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_spelling),
        cmocka_unit_test(test_leading_zero),
        cmocka_unit_test(test_serves),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_free_all();
    return failed;
}
