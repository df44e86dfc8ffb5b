/* SPDX-License-Identifier: BSD-3-Clause */
#include "alg.h"

struct alg {
    const char *name;
    gnutls_pk_algorithm_t key;
    gnutls_ecc_curve_t curve;
    gnutls_sign_algorithm_t sign;
    /* A second kind of key: EdDSA is Ed25519 or Ed448, PS* takes id-RSASSA-PSS too. */
    gnutls_pk_algorithm_t key2;
    gnutls_ecc_curve_t curve2;
    gnutls_sign_algorithm_t sign2;
};

#define NO_CURVE GNUTLS_ECC_CURVE_INVALID
#define NO_KEY 0, NO_CURVE, 0
#define RSA(bits) GNUTLS_PK_RSA, NO_CURVE, GNUTLS_SIGN_RSA_SHA##bits
#define PSS(bits) GNUTLS_PK_RSA, NO_CURVE, GNUTLS_SIGN_RSA_PSS_RSAE_SHA##bits
#define PSS_ONLY(bits) GNUTLS_PK_RSA_PSS, NO_CURVE, GNUTLS_SIGN_RSA_PSS_SHA##bits
#define ECDSA(bits, curve) GNUTLS_PK_ECDSA, GNUTLS_ECC_CURVE_##curve, GNUTLS_SIGN_ECDSA_SHA##bits
#define ED25519 GNUTLS_PK_EDDSA_ED25519, GNUTLS_ECC_CURVE_ED25519, GNUTLS_SIGN_EDDSA_ED25519
#define ED448 GNUTLS_PK_EDDSA_ED448, GNUTLS_ECC_CURVE_ED448, GNUTLS_SIGN_EDDSA_ED448

static const struct alg algs[] = {
    {"RS256", RSA(256), NO_KEY},
    {"RS384", RSA(384), NO_KEY},
    {"RS512", RSA(512), NO_KEY},
    {"PS256", PSS(256), PSS_ONLY(256)},
    {"PS384", PSS(384), PSS_ONLY(384)},
    {"PS512", PSS(512), PSS_ONLY(512)},
    {"ES256", ECDSA(256, SECP256R1), NO_KEY},
    {"ES384", ECDSA(384, SECP384R1), NO_KEY},
    {"ES512", ECDSA(512, SECP521R1), NO_KEY},
    {"EdDSA", ED25519, ED448},
    {"Ed25519", ED25519, NO_KEY},
    {"Ed448", ED448, NO_KEY},
};

const struct alg *alg_find(struct span name)
{
    for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++)
        if (span_equal(name, span_text(algs[i].name)))
            return &algs[i];
    return NULL;
}

const struct alg *alg_at(size_t index)
{
    return index < sizeof(algs) / sizeof(algs[0]) ? &algs[index] : NULL;
}

const char *alg_name(const struct alg *alg)
{
    return alg->name;
}

bool alg_fits_key(const struct alg *alg, gnutls_pk_algorithm_t key, gnutls_ecc_curve_t curve,
                  gnutls_sign_algorithm_t *sign)
{
    if (key == GNUTLS_PK_UNKNOWN)
        return false;
    if (key == alg->key && curve == alg->curve) {
        *sign = alg->sign;
        return true;
    }
    if (key == alg->key2 && curve == alg->curve2) {
        *sign = alg->sign2;
        return true;
    }
    return false;
}

size_t alg_signature_size(gnutls_sign_algorithm_t sign, unsigned key_bits)
{
    switch (sign) {
    case GNUTLS_SIGN_ECDSA_SHA256:
        return 2 * 32;
    case GNUTLS_SIGN_ECDSA_SHA384:
        return 2 * 48;
    case GNUTLS_SIGN_ECDSA_SHA512:
        return 2 * 66;
    case GNUTLS_SIGN_EDDSA_ED25519:
        return 64;
    case GNUTLS_SIGN_EDDSA_ED448:
        return 114;
    default:
        return (key_bits + 7) / 8;
    }
}

bool alg_is_ecdsa(gnutls_sign_algorithm_t sign)
{
    /* Not by asking GnuTLS: a program that only reads the configuration does without loading it. */
    return sign == GNUTLS_SIGN_ECDSA_SHA256 || sign == GNUTLS_SIGN_ECDSA_SHA384 ||
           sign == GNUTLS_SIGN_ECDSA_SHA512;
}
