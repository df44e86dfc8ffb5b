/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/trust-key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-cert.h"

static enum status check_pubkey(gnutls_pubkey_t pubkey)
{
    struct cert_plan plan = plan_signer(make_key(KEY_P256, 1), make_ca("root", 0, NULL, 0), 0);
    struct report report = {0};
    enum status status;

    plan.pubkey = pubkey;
    status = trust_key_check_certificate(make_cert(&plan), 0, 3, &report);
    assert_int_equal(strncmp(report.detail, "certificate 3: ", 15) == 0, status != STATUS_ACCEPTED);
    return status;
}

static void test_kinds(void **state)
{
    static const struct {
        enum key_kind kind;
        enum status status;
    } rows[] = {
        {KEY_P256, STATUS_ACCEPTED},    {KEY_P384, STATUS_ACCEPTED},
        {KEY_P521, STATUS_ACCEPTED},    {KEY_ED25519, STATUS_ACCEPTED},
        {KEY_ED448, STATUS_ACCEPTED},   {KEY_RSA, STATUS_ACCEPTED},
        {KEY_RSA_PSS, STATUS_ACCEPTED}, {KEY_RSA_1024, STATUS_WEAK_KEY},
        {KEY_P224, STATUS_WEAK_KEY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cert_plan plan =
            plan_signer(make_key(rows[i].kind, 0), make_ca("root", 1, NULL, 0), 1);
        struct report report = {0};

        assert_int_equal(trust_key_check_certificate(make_cert(&plan), 0, 0, &report),
                         rows[i].status);
    }
}

static void test_dsa(void **state)
{
    struct report report = {0};
    gnutls_x509_privkey_t key;
    struct cert_plan plan = {.name = "x"};

    (void)state;
    assert_int_equal(gnutls_x509_privkey_init(&key), 0);
    assert_int_equal(gnutls_x509_privkey_generate(key, GNUTLS_PK_DSA, 2048, 0), 0);
    plan.key = key;
    assert_int_equal(trust_key_check_certificate(make_cert(&plan), 0, 0, &report), STATUS_WEAK_KEY);
    gnutls_x509_privkey_deinit(key);
}

/* An RSA key of so many bits, all but the last byte 0xb5. */
static enum status check_rsa(unsigned bits, unsigned char last, struct span exponent)
{
    unsigned char modulus[1200];
    size_t len = (bits + 7) / 8;

    memset(modulus, 0xb5, len);
    modulus[0] = (unsigned char)(0x80 >> (8 * len - bits));
    modulus[len - 1] = last;
    return check_pubkey(make_rsa_pubkey(span_of(modulus, len), exponent));
}

static void test_rsa_bits(void **state)
{
    static const struct {
        unsigned bits;
        enum status status;
    } rows[] = {
        {512, STATUS_WEAK_KEY},  {1024, STATUS_WEAK_KEY}, {2040, STATUS_WEAK_KEY},
        {2047, STATUS_WEAK_KEY}, {2048, STATUS_ACCEPTED}, {2049, STATUS_ACCEPTED},
        {3072, STATUS_ACCEPTED}, {8191, STATUS_ACCEPTED}, {8192, STATUS_ACCEPTED},
        {8193, STATUS_WEAK_KEY}, {9000, STATUS_WEAK_KEY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(check_rsa(rows[i].bits, 0xb5, span_of("\1\0\1", 3)), rows[i].status);
}

static void test_rsa_even_modulus(void **state)
{
    (void)state;
    assert_int_equal(check_rsa(2048, 0xb4, span_of("\1\0\1", 3)), STATUS_WEAK_KEY);
    assert_int_equal(check_rsa(2048, 0x00, span_of("\1\0\1", 3)), STATUS_WEAK_KEY);
}

#define TEXT(literal) span_of(literal, sizeof(literal) - 1)

static void test_rsa_exponent(void **state)
{
    const struct {
        struct span exponent;
        enum status status;
    } rows[] = {
        {TEXT("\1"), STATUS_WEAK_KEY},
        {TEXT("\2"), STATUS_WEAK_KEY},
        {TEXT("\3"), STATUS_ACCEPTED},
        {TEXT("\4"), STATUS_WEAK_KEY},
        {TEXT("\21"), STATUS_ACCEPTED},
        {TEXT("\1\0"), STATUS_WEAK_KEY},
        {TEXT("\1\1"), STATUS_ACCEPTED},
        {TEXT("\1\0\0"), STATUS_WEAK_KEY},
        {TEXT("\1\0\1"), STATUS_ACCEPTED},
        {TEXT("\xff\xff\xff\xff"), STATUS_ACCEPTED},
        {TEXT("\xff\xff\xff\xfe"), STATUS_WEAK_KEY},
        {TEXT("\1\0\0\0\0"), STATUS_WEAK_KEY},
        {TEXT("\1\0\0\0\1"), STATUS_WEAK_KEY},
        {TEXT("\1\0\0\0\0\0\0\0\1"), STATUS_WEAK_KEY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(check_rsa(2048, 0xb5, rows[i].exponent), rows[i].status);
}

/* 65537 to the n-th power: the simplest number that is one modulo every prime. */
static size_t power_of_65537(unsigned n, unsigned char *out, size_t size)
{
    memset(out, 0, size);
    out[size - 1] = 1;
    for (; n > 0; n--) {
        unsigned carry = 0;
        unsigned char before[2] = {0, 0}; /* the two bytes behind this one, as they were */

        for (size_t at = size; at-- > 0;) {
            unsigned char old = out[at];

            carry += old + (unsigned)before[1];
            out[at] = (unsigned char)carry;
            carry >>= 8;
            before[1] = before[0];
            before[0] = old;
        }
    }
    return size;
}

static void test_roca(void **state)
{
    unsigned char modulus[300];
    struct span number;

    (void)state;
    for (unsigned n = 128; n <= 140; n += 6) {
        number = span_number(span_of(modulus, power_of_65537(n, modulus, sizeof(modulus))));
        assert_int_equal(check_pubkey(make_rsa_pubkey(number, TEXT("\1\0\1"))), STATUS_WEAK_KEY);
        modulus[sizeof(modulus) - 1] ^= 2;
        assert_int_equal(check_pubkey(make_rsa_pubkey(number, TEXT("\1\0\1"))), STATUS_ACCEPTED);
    }
}

/* The y of each point of order 1, 2, 4 or 8, reduced or not; as little-endian hexadecimal. */
static const char *const ed25519_points[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
};

static void from_hex(const char *hex, unsigned char *out)
{
    for (size_t i = 0; hex[2 * i]; i++) {
        const char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};

        out[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
}

static enum status check_edwards(gnutls_ecc_curve_t curve, const unsigned char *point, size_t len)
{
    return check_pubkey(make_ecc_pubkey(curve, span_of(point, len), span_of(NULL, 0)));
}

static void test_ed25519_small_order(void **state)
{
    unsigned char point[32];

    (void)state;
    for (size_t i = 0; i < sizeof(ed25519_points) / sizeof(ed25519_points[0]); i++) {
        from_hex(ed25519_points[i], point);
        for (int sign = 0; sign < 2; sign++) {
            assert_int_equal(check_edwards(GNUTLS_ECC_CURVE_ED25519, point, 32), STATUS_WEAK_KEY);
            point[31] ^= 0x80;
        }
        point[15] ^= 0x10;
        assert_int_equal(check_edwards(GNUTLS_ECC_CURVE_ED25519, point, 32), STATUS_ACCEPTED);
    }
}

/* y = `first`, `low` 27 times, `middle`, `high` 27 times: 0, 1, p - 1, p, p + 1 and neighbours. */
static void test_ed448_small_order(void **state)
{
    static const struct {
        unsigned char first, low, middle, high;
        enum status status;
    } rows[] = {
        {0x00, 0x00, 0x00, 0x00, STATUS_WEAK_KEY}, {0x01, 0x00, 0x00, 0x00, STATUS_WEAK_KEY},
        {0xfe, 0xff, 0xfe, 0xff, STATUS_WEAK_KEY}, {0xff, 0xff, 0xfe, 0xff, STATUS_WEAK_KEY},
        {0x00, 0x00, 0xff, 0xff, STATUS_WEAK_KEY}, {0x02, 0x00, 0x00, 0x00, STATUS_ACCEPTED},
        {0xfd, 0xff, 0xfe, 0xff, STATUS_ACCEPTED}, {0x01, 0x00, 0xff, 0xff, STATUS_ACCEPTED},
        {0x00, 0x00, 0xfe, 0xff, STATUS_ACCEPTED}, {0xff, 0xff, 0xff, 0xff, STATUS_ACCEPTED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned char point[57];

        point[0] = rows[i].first;
        memset(point + 1, rows[i].low, 27);
        point[28] = rows[i].middle;
        memset(point + 29, rows[i].high, 27);
        for (int sign = 0; sign < 2; sign++) {
            point[56] = sign ? 0x80 : 0;
            assert_int_equal(check_edwards(GNUTLS_ECC_CURVE_ED448, point, 57), rows[i].status);
        }
        point[14] ^= 1;
        assert_int_equal(check_edwards(GNUTLS_ECC_CURVE_ED448, point, 57), STATUS_ACCEPTED);
        point[14] ^= 1;
        point[42] ^= 1;
        assert_int_equal(check_edwards(GNUTLS_ECC_CURVE_ED448, point, 57), STATUS_ACCEPTED);
    }
}

static void test_off_curve(void **state)
{
    static const struct {
        gnutls_ecc_curve_t curve;
        enum key_kind kind;
    } rows[] = {
        {GNUTLS_ECC_CURVE_SECP256R1, KEY_P256},
        {GNUTLS_ECC_CURVE_SECP384R1, KEY_P384},
        {GNUTLS_ECC_CURVE_SECP521R1, KEY_P521},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        gnutls_datum_t x, y, k;

        assert_int_equal(gnutls_x509_privkey_export_ecc_raw(make_key(rows[i].kind, 0),
                                                            &(gnutls_ecc_curve_t){0}, &x, &y, &k),
                         0);
        assert_int_equal(check_pubkey(make_ecc_pubkey(rows[i].curve, span_of(x.data, x.size),
                                                      span_of(y.data, y.size))),
                         STATUS_ACCEPTED);
        y.data[y.size - 1] ^= 1;
        assert_int_equal(check_pubkey(make_ecc_pubkey(rows[i].curve, span_of(x.data, x.size),
                                                      span_of(y.data, y.size))),
                         STATUS_BAD_KEY);
        gnutls_free(x.data);
        gnutls_free(y.data);
        gnutls_free(k.data);
    }
}

static void test_signature(void **state)
{
    static const struct {
        enum key_kind kind;
        gnutls_digest_algorithm_t digest;
        enum status status;
    } rows[] = {
        {KEY_RSA, GNUTLS_DIG_SHA256, STATUS_ACCEPTED},
        {KEY_RSA, GNUTLS_DIG_SHA384, STATUS_ACCEPTED},
        {KEY_RSA, GNUTLS_DIG_SHA512, STATUS_ACCEPTED},
        {KEY_RSA, GNUTLS_DIG_SHA1, STATUS_WEAK_KEY},
        {KEY_RSA, GNUTLS_DIG_MD5, STATUS_WEAK_KEY},
        {KEY_RSA, GNUTLS_DIG_SHA224, STATUS_WEAK_KEY},
        {KEY_RSA_PSS, GNUTLS_DIG_SHA256, STATUS_ACCEPTED},
        {KEY_RSA_PSS, GNUTLS_DIG_SHA512, STATUS_ACCEPTED},
        {KEY_P256, GNUTLS_DIG_SHA256, STATUS_ACCEPTED},
        {KEY_P384, GNUTLS_DIG_SHA384, STATUS_ACCEPTED},
        {KEY_P521, GNUTLS_DIG_SHA512, STATUS_ACCEPTED},
        {KEY_P256, GNUTLS_DIG_SHA1, STATUS_WEAK_KEY},
        {KEY_ED25519, GNUTLS_DIG_SHA512, STATUS_ACCEPTED},
        {KEY_ED448, GNUTLS_DIG_SHAKE_256, STATUS_ACCEPTED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cert_plan plan = {
            .name = "x", .key = make_key(rows[i].kind, 0), .digest = rows[i].digest};
        struct report report = {0};

        assert_int_equal(trust_key_check_signature(make_cert(&plan), 2, &report), rows[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_dsa),
        cmocka_unit_test(test_rsa_bits),
        cmocka_unit_test(test_rsa_even_modulus),
        cmocka_unit_test(test_rsa_exponent),
        cmocka_unit_test(test_roca),
        cmocka_unit_test(test_ed25519_small_order),
        cmocka_unit_test(test_ed448_small_order),
        cmocka_unit_test(test_off_curve),
        cmocka_unit_test(test_signature),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_free_all();
    return failed;
}
