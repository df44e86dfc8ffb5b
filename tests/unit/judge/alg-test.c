/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/alg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define NO_CURVE GNUTLS_ECC_CURVE_INVALID
#define P256 GNUTLS_ECC_CURVE_SECP256R1
#define P384 GNUTLS_ECC_CURVE_SECP384R1
#define P521 GNUTLS_ECC_CURVE_SECP521R1
#define ED25519 GNUTLS_ECC_CURVE_ED25519
#define ED448 GNUTLS_ECC_CURVE_ED448

/* All that fits; every other pair of these names and keys does not. */
static const struct {
    const char *name;
    gnutls_pk_algorithm_t key;
    gnutls_ecc_curve_t curve;
    gnutls_sign_algorithm_t sign;
    size_t size; /* with 2048 bits of RSA */
} fits[] = {
    {"RS256", GNUTLS_PK_RSA, NO_CURVE, GNUTLS_SIGN_RSA_SHA256, 256},
    {"RS384", GNUTLS_PK_RSA, NO_CURVE, GNUTLS_SIGN_RSA_SHA384, 256},
    {"RS512", GNUTLS_PK_RSA, NO_CURVE, GNUTLS_SIGN_RSA_SHA512, 256},
    {"PS256", GNUTLS_PK_RSA, NO_CURVE, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, 256},
    {"PS384", GNUTLS_PK_RSA, NO_CURVE, GNUTLS_SIGN_RSA_PSS_RSAE_SHA384, 256},
    {"PS512", GNUTLS_PK_RSA, NO_CURVE, GNUTLS_SIGN_RSA_PSS_RSAE_SHA512, 256},
    {"PS256", GNUTLS_PK_RSA_PSS, NO_CURVE, GNUTLS_SIGN_RSA_PSS_SHA256, 256},
    {"PS384", GNUTLS_PK_RSA_PSS, NO_CURVE, GNUTLS_SIGN_RSA_PSS_SHA384, 256},
    {"PS512", GNUTLS_PK_RSA_PSS, NO_CURVE, GNUTLS_SIGN_RSA_PSS_SHA512, 256},
    {"ES256", GNUTLS_PK_ECDSA, P256, GNUTLS_SIGN_ECDSA_SHA256, 64},
    {"ES384", GNUTLS_PK_ECDSA, P384, GNUTLS_SIGN_ECDSA_SHA384, 96},
    {"ES512", GNUTLS_PK_ECDSA, P521, GNUTLS_SIGN_ECDSA_SHA512, 132},
    {"EdDSA", GNUTLS_PK_EDDSA_ED25519, ED25519, GNUTLS_SIGN_EDDSA_ED25519, 64},
    {"EdDSA", GNUTLS_PK_EDDSA_ED448, ED448, GNUTLS_SIGN_EDDSA_ED448, 114},
    {"Ed25519", GNUTLS_PK_EDDSA_ED25519, ED25519, GNUTLS_SIGN_EDDSA_ED25519, 64},
    {"Ed448", GNUTLS_PK_EDDSA_ED448, ED448, GNUTLS_SIGN_EDDSA_ED448, 114},
};

#define FITS (sizeof(fits) / sizeof(fits[0]))

static const struct {
    gnutls_pk_algorithm_t key;
    gnutls_ecc_curve_t curve;
} keys[] = {
    {GNUTLS_PK_UNKNOWN, NO_CURVE},
    {GNUTLS_PK_RSA, NO_CURVE},
    {GNUTLS_PK_RSA, P256},
    {GNUTLS_PK_RSA_PSS, NO_CURVE},
    {GNUTLS_PK_DSA, NO_CURVE},
    {GNUTLS_PK_DH, NO_CURVE},
    {GNUTLS_PK_ECDSA, NO_CURVE},
    {GNUTLS_PK_ECDSA, P256},
    {GNUTLS_PK_ECDSA, P384},
    {GNUTLS_PK_ECDSA, P521},
    {GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_SECP224R1},
    {GNUTLS_PK_ECDSA, ED25519},
    {GNUTLS_PK_ECDH_X25519, GNUTLS_ECC_CURVE_X25519},
    {GNUTLS_PK_EDDSA_ED25519, ED25519},
    {GNUTLS_PK_EDDSA_ED25519, ED448},
    {GNUTLS_PK_EDDSA_ED25519, NO_CURVE},
    {GNUTLS_PK_EDDSA_ED448, ED448},
    {GNUTLS_PK_EDDSA_ED448, ED25519},
    {GNUTLS_PK_GOST_12_256, NO_CURVE},
};

static void test_find(void **state)
{
    (void)state;
    for (size_t i = 0; i < FITS; i++) {
        const struct alg *alg = alg_find(span_text(fits[i].name));

        assert_non_null(alg);
        assert_string_equal(alg_name(alg), fits[i].name);
    }
}

static void test_find_refused(void **state)
{
    static const char *const names[] = {
        "",       "none",   "None",    "NONE",    "HS256",     "HS384",    "HS512",
        "rs256",  "RS256 ", " RS256",  "RS25",    "RS2566",    "RS1",      "ES256K",
        "ES224",  "eddsa",  "EDDSA",   "ed25519", "Ed25519ph", "RSA-OAEP", "dir",
        "A128KW", "RSA1_5", "ECDH-ES", "PS",      "ES",        "RS",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_null(alg_find(span_text(names[i])));
    assert_null(alg_find(span_of("RS256\0", 6)));
    assert_null(alg_find(span_of("RS256\0x", 7)));
    assert_null(alg_find(span_of(NULL, 0)));
}

static void test_at(void **state)
{
    size_t count = 0;

    (void)state;
    for (; alg_at(count); count++)
        assert_ptr_equal(alg_at(count), alg_find(span_text(alg_name(alg_at(count)))));
    assert_int_equal(count, 12);
    assert_null(alg_at(count + 1));
    assert_null(alg_at(SIZE_MAX));
}

static size_t find_fit(const char *name, gnutls_pk_algorithm_t key, gnutls_ecc_curve_t curve)
{
    for (size_t i = 0; i < FITS; i++)
        if (strcmp(fits[i].name, name) == 0 && fits[i].key == key && fits[i].curve == curve)
            return i;
    return FITS;
}

static void test_fits_key(void **state)
{
    size_t found = 0;

    (void)state;
    for (size_t a = 0; alg_at(a); a++) {
        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
            size_t fit = find_fit(alg_name(alg_at(a)), keys[k].key, keys[k].curve);
            gnutls_sign_algorithm_t sign = GNUTLS_SIGN_UNKNOWN;

            assert_int_equal(alg_fits_key(alg_at(a), keys[k].key, keys[k].curve, &sign),
                             fit < FITS);
            assert_int_equal(sign, fit < FITS ? fits[fit].sign : GNUTLS_SIGN_UNKNOWN);
            found += fit < FITS;
        }
    }
    assert_int_equal(found, FITS);
}

static void test_signature_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < FITS; i++)
        assert_int_equal(alg_signature_size(fits[i].sign, 2048), fits[i].size);
    assert_int_equal(alg_signature_size(GNUTLS_SIGN_RSA_SHA256, 2047), 256);
    assert_int_equal(alg_signature_size(GNUTLS_SIGN_RSA_SHA256, 2049), 257);
    assert_int_equal(alg_signature_size(GNUTLS_SIGN_RSA_PSS_SHA256, 3072), 384);
}

static void test_is_ecdsa(void **state)
{
    (void)state;
    for (size_t i = 0; i < FITS; i++)
        assert_int_equal(alg_is_ecdsa(fits[i].sign), fits[i].key == GNUTLS_PK_ECDSA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_find_refused),
        cmocka_unit_test(test_at),
        cmocka_unit_test(test_fits_key),
        cmocka_unit_test(test_signature_size),
        cmocka_unit_test(test_is_ecdsa),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
