/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-token.h"

#define CLAIMS "{\"sub\":\"alice\"}"

static const struct {
    const char *alg;
    enum key_kind kind;
    gnutls_sign_algorithm_t sign;
} fits[] = {
    {"RS256", KEY_RSA, GNUTLS_SIGN_RSA_SHA256},
    {"RS384", KEY_RSA, GNUTLS_SIGN_RSA_SHA384},
    {"RS512", KEY_RSA, GNUTLS_SIGN_RSA_SHA512},
    {"PS256", KEY_RSA, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256},
    {"PS384", KEY_RSA, GNUTLS_SIGN_RSA_PSS_RSAE_SHA384},
    {"PS512", KEY_RSA, GNUTLS_SIGN_RSA_PSS_RSAE_SHA512},
    {"PS256", KEY_RSA_PSS, GNUTLS_SIGN_RSA_PSS_SHA256},
    {"PS384", KEY_RSA_PSS, GNUTLS_SIGN_RSA_PSS_SHA384},
    {"PS512", KEY_RSA_PSS, GNUTLS_SIGN_RSA_PSS_SHA512},
    {"ES256", KEY_P256, GNUTLS_SIGN_ECDSA_SHA256},
    {"ES384", KEY_P384, GNUTLS_SIGN_ECDSA_SHA384},
    {"ES512", KEY_P521, GNUTLS_SIGN_ECDSA_SHA512},
    {"EdDSA", KEY_ED25519, GNUTLS_SIGN_EDDSA_ED25519},
    {"Ed25519", KEY_ED25519, GNUTLS_SIGN_EDDSA_ED25519},
    {"EdDSA", KEY_ED448, GNUTLS_SIGN_EDDSA_ED448},
    {"Ed448", KEY_ED448, GNUTLS_SIGN_EDDSA_ED448},
};

#define FITS (sizeof(fits) / sizeof(fits[0]))

/* The trusted key of each kind, number 2 of it. */
static struct trusted_key *trusted[KEY_KINDS];

static struct trusted_key *trust_pubkey(gnutls_x509_privkey_t key, gnutls_pubkey_t pubkey)
{
    gnutls_x509_crt_t anchor = make_ca("root", 0, NULL, 0);
    struct cert_plan plan = plan_signer(key, anchor, 0);

    plan.pubkey = pubkey;
    return make_trusted(make_cert(&plan), anchor);
}

static int make_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < FITS; i++)
        if (!trusted[fits[i].kind])
            trusted[fits[i].kind] = trust_pubkey(make_key(fits[i].kind, 2), NULL);
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

static void test_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < FITS; i++) {
        gnutls_datum_t good = sign_claims(fits[i].alg, make_key(fits[i].kind, 2), fits[i].sign);

        assert_int_equal(verify(fits[i].alg, good.data, good.size, fits[i].kind), STATUS_ACCEPTED);
        gnutls_free(good.data);
    }
}

/* Every algorithm against every key that is not its own. */
static void test_other_algorithms(void **state)
{
    static const unsigned char zeros[512];

    (void)state;
    for (size_t a = 0; alg_at(a); a++)
        for (size_t k = 0; k < FITS; k++) {
            const char *name = alg_name(alg_at(a));
            bool fit = false;

            for (size_t i = 0; i < FITS; i++)
                fit = fit || (strcmp(fits[i].alg, name) == 0 && fits[i].kind == fits[k].kind);
            assert_int_equal(verify(name, zeros, 256, fits[k].kind),
                             fit ? STATUS_BAD_SIGNATURE : STATUS_BAD_KEY);
        }
}

static void test_other_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < FITS; i++) {
        gnutls_datum_t other = sign_claims(fits[i].alg, make_key(fits[i].kind, 1), fits[i].sign);

        assert_int_equal(verify(fits[i].alg, other.data, other.size, fits[i].kind),
                         STATUS_BAD_SIGNATURE);
        gnutls_free(other.data);
    }
}

/* The hash of another algorithm with the same key. */
static void test_other_hash(void **state)
{
    (void)state;
    for (size_t i = 0; i < FITS; i++)
        for (size_t k = 0; k < FITS; k++) {
            gnutls_datum_t other;

            if (fits[i].kind != fits[k].kind || fits[i].sign == fits[k].sign ||
                fits[i].kind > KEY_RSA_PSS)
                continue;
            other = sign_claims(fits[i].alg, make_key(fits[i].kind, 2), fits[k].sign);
            assert_int_equal(verify(fits[i].alg, other.data, other.size, fits[i].kind),
                             STATUS_BAD_SIGNATURE);
            gnutls_free(other.data);
        }
}

static void test_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < FITS; i++) {
        gnutls_datum_t good = sign_claims(fits[i].alg, make_key(fits[i].kind, 2), fits[i].sign);
        struct span signature = span_of(good.data, good.size);
        char header[40];

        for (unsigned at = 0; at < good.size; at += good.size / 7) {
            good.data[at] ^= 0x10;
            assert_int_equal(verify(fits[i].alg, good.data, good.size, fits[i].kind),
                             STATUS_BAD_SIGNATURE);
            good.data[at] ^= 0x10;
        }
        header_of(fits[i].alg, header, sizeof(header));
        assert_int_equal(
            judge_signature(header, "{\"sub\":\"alicf\"}", signature, trusted[fits[i].kind]),
            STATUS_BAD_SIGNATURE);
        snprintf(header, sizeof(header), "{\"alg\":\"%s\",\"a\":1}", fits[i].alg);
        assert_int_equal(judge_signature(header, CLAIMS, signature, trusted[fits[i].kind]),
                         STATUS_BAD_SIGNATURE);
        gnutls_free(good.data);
    }
}

static void test_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < FITS; i++) {
        gnutls_datum_t good = sign_claims(fits[i].alg, make_key(fits[i].kind, 2), fits[i].sign);
        unsigned char bytes[600] = {0};
        const size_t lengths[] = {0, 1, good.size - 1, good.size + 1, 2 * good.size};

        for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++) {
            memcpy(bytes, good.data, good.size);
            assert_int_equal(verify(fits[i].alg, bytes, lengths[k], fits[i].kind),
                             STATUS_BAD_SIGNATURE);
        }
        bytes[0] = 0; /* a zero put before it */
        memcpy(bytes + 1, good.data, good.size);
        assert_int_equal(verify(fits[i].alg, bytes, good.size + 1, fits[i].kind),
                         STATUS_BAD_SIGNATURE);
        gnutls_free(good.data);
    }
}

/* An RSA-PSS key that signs with so much salt. */
static gnutls_x509_privkey_t salted_key(unsigned salt)
{
    gnutls_x509_privkey_t key;
    gnutls_x509_spki_t spki;

    assert_int_equal(gnutls_x509_privkey_init(&key), 0);
    assert_int_equal(gnutls_x509_privkey_cpy(key, make_key(KEY_RSA, 2)), 0);
    assert_int_equal(gnutls_x509_spki_init(&spki), 0);
    gnutls_x509_spki_set_rsa_pss_params(spki, GNUTLS_DIG_SHA256, salt);
    assert_int_equal(gnutls_x509_privkey_set_spki(key, spki, 0), 0);
    gnutls_x509_spki_deinit(spki);
    return key;
}

/* RFC 7518 section 3.5: a key that wants more salt than the hash is long signs no PS256 */
static void test_pss_key_of_other_salt(void **state)
{
    static const unsigned salts[] = {20, 32, 33, 64, 222};

    (void)state;
    for (size_t i = 0; i < sizeof(salts) / sizeof(salts[0]); i++) {
        gnutls_x509_privkey_t key = salted_key(salts[i]);
        TRUSTED_KEY_CLEANUP struct trusted_key *own = trust_pubkey(key, NULL);
        gnutls_datum_t signature = sign_claims("PS256", key, GNUTLS_SIGN_RSA_PSS_SHA256);
        struct span bytes = span_of(signature.data, signature.size);
        enum status found = judge_signature("{\"alg\":\"PS256\"}", CLAIMS, bytes, own);

        if (salts[i] < 32)
            assert_int_not_equal(found, STATUS_ACCEPTED);
        else
            assert_int_equal(found, salts[i] == 32 ? STATUS_ACCEPTED : STATUS_BAD_KEY);
        gnutls_free(signature.data);
        gnutls_x509_privkey_deinit(key);
    }
}

/* RFC 4055 section 3.1: a key made for SHA-256 verifies nothing else */
static void test_pss_key_of_other_hash(void **state)
{
    gnutls_x509_privkey_t key = salted_key(32);
    TRUSTED_KEY_CLEANUP struct trusted_key *own = trust_pubkey(key, NULL);
    gnutls_datum_t signature =
        sign_claims("PS384", make_key(KEY_RSA, 2), GNUTLS_SIGN_RSA_PSS_RSAE_SHA384);

    (void)state;
    assert_int_equal(verify("PS384", signature.data, signature.size, KEY_RSA), STATUS_ACCEPTED);
    assert_int_not_equal(judge_signature("{\"alg\":\"PS384\"}", CLAIMS,
                                         span_of(signature.data, signature.size), own),
                         STATUS_ACCEPTED);
    gnutls_free(signature.data);
    gnutls_x509_privkey_deinit(key);
}

static void test_accessors(void **state)
{
    SIGNED_CLAIMS_CLEANUP struct signed_claims *claims =
        make_claims("{\"alg\":\"ES256\",\"typ\":\"JWT\"}", "{\"sub\":\"alice\"}");
    struct span text;

    (void)state;
    assert_true(json_string(json_member(signed_claims_object(claims), "sub"), &text));
    assert_true(span_equal(text, span_text("alice")));
    assert_true(json_string(json_member(signed_claims_header(claims), "typ"), &text));
    assert_true(span_equal(text, span_text("JWT")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_other_algorithms),
        cmocka_unit_test(test_other_key),
        cmocka_unit_test(test_other_hash),
        cmocka_unit_test(test_changed),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_pss_key_of_other_salt),
        cmocka_unit_test(test_pss_key_of_other_hash),
        cmocka_unit_test(test_accessors),
    };
    int failed = cmocka_run_group_tests(tests, make_all, free_all);

    make_free_all();
    return failed;
}
