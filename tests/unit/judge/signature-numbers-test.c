/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/signature.c again: the numbers in a signature. */
#include "../../../lib/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-token.h"

#define CLAIMS "{\"sub\":\"alice\"}"

/* The trusted key of each kind, number 2 of it. */
static struct trusted_key *trusted[KEY_KINDS];

static int make_all(void **state)
{
    static const enum key_kind kinds[] = {KEY_P256, KEY_P384,    KEY_P521,
                                          KEY_RSA,  KEY_ED25519, KEY_ED448};
    gnutls_x509_crt_t anchor = make_ca("root", 0, NULL, 0);

    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct cert_plan plan = plan_signer(make_key(kinds[i], 2), anchor, 0);

        trusted[kinds[i]] = make_trusted(make_cert(&plan), anchor);
    }
    return 0;
}

static int free_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < KEY_KINDS; i++)
        trusted_key_free(&trusted[i]);
    return 0;
}

static void header_of(const char *alg, char *header, size_t size)
{
    snprintf(header, size, "{\"alg\":\"%s\"}", alg);
}

/* The signature over header and CLAIMS as JWS has it; data is owned by the caller. */
static gnutls_datum_t sign_claims(const char *alg, gnutls_x509_privkey_t key,
                                  gnutls_sign_algorithm_t sign)
{
    gnutls_datum_t signature;
    char header[32], *text;

    header_of(alg, header, sizeof(header));
    text = make_token(header, CLAIMS, span_of(NULL, 0));
    signature = jws_signature(text, key, sign);
    free(text);
    return signature;
}

static enum status verify(const char *alg, const void *signature, size_t len, enum key_kind kind)
{
    char header[32];

    header_of(alg, header, sizeof(header));
    return judge_signature(header, CLAIMS, span_of(signature, len), trusted[kind]);
}

static const struct {
    const char *alg;
    enum key_kind kind;
    gnutls_sign_algorithm_t sign;
} ecdsa[] = {
    {"ES256", KEY_P256, GNUTLS_SIGN_ECDSA_SHA256},
    {"ES384", KEY_P384, GNUTLS_SIGN_ECDSA_SHA384},
    {"ES512", KEY_P521, GNUTLS_SIGN_ECDSA_SHA512},
};

static void test_ecdsa_der(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char header[32], *text;
        gnutls_datum_t der;

        header_of(ecdsa[i].alg, header, sizeof(header));
        text = make_token(header, CLAIMS, span_of(NULL, 0));
        der = sign_token(text, make_key(ecdsa[i].kind, 2), ecdsa[i].sign);
        assert_int_equal(verify(ecdsa[i].alg, der.data, der.size, ecdsa[i].kind),
                         STATUS_BAD_SIGNATURE);
        free(text);
        gnutls_free(der.data);
    }
}

/* r and s of 0, 1, the order of the group, all ones; beside a good half. */
static void test_ecdsa_numbers(void **state)
{
    static const unsigned char order[] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
                                          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                          0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
                                          0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
    gnutls_datum_t good = sign_claims("ES256", make_key(KEY_P256, 2), GNUTLS_SIGN_ECDSA_SHA256);
    unsigned char r[5][32] = {{0}}, s[5][32];

    (void)state;
    assert_int_equal(good.size, 64);
    r[1][31] = 1;
    memcpy(r[2], order, 32);
    memset(r[3], 0xff, 32);
    memcpy(s, r, sizeof(s));
    memcpy(r[4], good.data, 32);
    memcpy(s[4], good.data + 32, 32);
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 5; k++) {
            unsigned char both[64];

            memcpy(both, r[i], 32);
            memcpy(both + 32, s[k], 32);
            assert_int_equal(verify("ES256", both, 64, KEY_P256),
                             i == 4 && k == 4 ? STATUS_ACCEPTED : STATUS_BAD_SIGNATURE);
        }
    gnutls_free(good.data);
}

/* Sign until r and s have begun with a zero byte, and with a byte from 0x80 on. */
static void test_ecdsa_zero_bytes(void **state)
{
    unsigned seen = 0;

    (void)state;
    for (unsigned i = 0; i < 20000 && seen != 15; i++) {
        gnutls_datum_t good = sign_claims("ES256", make_key(KEY_P256, 2), GNUTLS_SIGN_ECDSA_SHA256);
        unsigned kind = (good.data[0] == 0 ? 1u : 0) | (good.data[32] == 0 ? 2u : 0) |
                        (good.data[0] >= 0x80 ? 4u : 0) | (good.data[32] >= 0x80 ? 8u : 0);

        if (kind & ~seen)
            assert_int_equal(verify("ES256", good.data, 64, KEY_P256), STATUS_ACCEPTED);
        seen |= kind;
        gnutls_free(good.data);
    }
    assert_int_equal(seen, 15);
}

/* RFC 7518 section 3.3: a signature that begins with a zero byte keeps it */
static void test_rsa_zero_byte(void **state)
{
    bool found = false;

    (void)state;
    for (unsigned i = 0; i < 20000 && !found; i++) {
        char claims[32], *text;
        gnutls_datum_t good;

        snprintf(claims, sizeof(claims), "{\"n\":%u}", i);
        text = make_token("{\"alg\":\"RS256\"}", claims, span_of(NULL, 0));
        good = sign_token(text, make_key(KEY_RSA, 2), GNUTLS_SIGN_RSA_SHA256);
        found = good.data[0] == 0;
        if (found) {
            assert_int_equal(judge_signature("{\"alg\":\"RS256\"}", claims,
                                             span_of(good.data, good.size), trusted[KEY_RSA]),
                             STATUS_ACCEPTED);
            assert_int_equal(judge_signature("{\"alg\":\"RS256\"}", claims,
                                             span_of(good.data + 1, good.size - 1),
                                             trusted[KEY_RSA]),
                             STATUS_BAD_SIGNATURE);
        }
        free(text);
        gnutls_free(good.data);
    }
    assert_true(found);
}

static void test_rsa_numbers(void **state)
{
    unsigned char bytes[256];

    (void)state;
    memset(bytes, 0, sizeof(bytes));
    assert_int_equal(verify("RS256", bytes, 256, KEY_RSA), STATUS_BAD_SIGNATURE);
    assert_int_equal(verify("PS256", bytes, 256, KEY_RSA), STATUS_BAD_SIGNATURE);
    bytes[255] = 1;
    assert_int_equal(verify("RS256", bytes, 256, KEY_RSA), STATUS_BAD_SIGNATURE);
    assert_int_equal(verify("PS256", bytes, 256, KEY_RSA), STATUS_BAD_SIGNATURE);
    memset(bytes, 0xff, sizeof(bytes));
    assert_int_equal(verify("RS256", bytes, 256, KEY_RSA), STATUS_BAD_SIGNATURE);
    assert_int_equal(verify("PS256", bytes, 256, KEY_RSA), STATUS_BAD_SIGNATURE);
}

/* RFC 8032 sections 5.1.7 and 5.2.7: S below the order of the group, so that nobody can make a
 * second one */
static void assert_malleable(enum key_kind kind, gnutls_sign_algorithm_t sign,
                             const unsigned char *order, size_t half)
{
    gnutls_datum_t good = sign_claims("EdDSA", make_key(kind, 2), sign);
    unsigned carry = 0;

    assert_int_equal(good.size, 2 * half);
    assert_int_equal(verify("EdDSA", good.data, good.size, kind), STATUS_ACCEPTED);
    for (unsigned bit = 1; bit < 0x100; bit <<= 1) {
        good.data[2 * half - 1] ^= (unsigned char)bit;
        assert_int_equal(verify("EdDSA", good.data, good.size, kind), STATUS_BAD_SIGNATURE);
        good.data[2 * half - 1] ^= (unsigned char)bit;
    }
    for (size_t i = 0; i < half; i++) {
        carry += (unsigned)good.data[half + i] + order[i];
        good.data[half + i] = (unsigned char)carry;
        carry >>= 8;
    }
    assert_int_equal(verify("EdDSA", good.data, good.size, kind), STATUS_BAD_SIGNATURE);
    gnutls_free(good.data);
}

/* The orders in little-endian bytes: S and S plus the order must not both pass. */
static void test_eddsa_malleable(void **state)
{
    static const unsigned char order25519[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a,       0x63,
                                                 0x12, 0x58, 0xd6, 0x9c, 0xf7,       0xa2,
                                                 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    unsigned char order448[57] = {0xf3, 0x44, 0x58, 0xab, 0x92, 0xc2, 0x78, 0x23, 0x55, 0x8f,
                                  0xc5, 0x8d, 0x72, 0xc2, 0x6c, 0x21, 0x90, 0x36, 0xd6, 0xae,
                                  0x49, 0xdb, 0x4e, 0xc4, 0xe9, 0x23, 0xca, 0x7c};

    (void)state;
    memset(order448 + 28, 0xff, 27);
    order448[55] = 0x3f;
    assert_malleable(KEY_ED25519, GNUTLS_SIGN_EDDSA_ED25519, order25519, 32);
    assert_malleable(KEY_ED448, GNUTLS_SIGN_EDDSA_ED448, order448, 57);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ecdsa_der),        cmocka_unit_test(test_ecdsa_numbers),
        cmocka_unit_test(test_ecdsa_zero_bytes), cmocka_unit_test(test_rsa_zero_byte),
        cmocka_unit_test(test_rsa_numbers),      cmocka_unit_test(test_eddsa_malleable),
    };
    int failed = cmocka_run_group_tests(tests, make_all, free_all);

    make_free_all();
    return failed;
}
