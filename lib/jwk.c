/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwk.h"

#include <stdlib.h>

#include "base64url.h"

/* Whether the base64url member holds these bytes; `fixed` bytes long, or any length if 0. */
static bool member_is(struct json_object *jwk, const char *name, gnutls_datum_t expected,
                      size_t fixed)
{
    struct span text;
    unsigned char *bytes;
    size_t len;
    bool same = false;

    if (!json_string(json_member(jwk, name), &text))
        return false;
    bytes = malloc(BASE64_DECODED_MAX(text.len));
    if (bytes && base64url_decode(text, bytes, &len) && (fixed == 0 || len == fixed))
        same = span_equal(span_number(span_of(bytes, len)),
                          span_number(span_of(expected.data, expected.size)));
    free(bytes);
    return same;
}

static bool member_is_text(struct json_object *jwk, const char *name, const char *expected)
{
    struct span text;

    return json_string(json_member(jwk, name), &text) && span_equal(text, span_text(expected));
}

static bool rsa_equals(struct json_object *jwk, gnutls_pubkey_t key)
{
    gnutls_datum_t modulus, exponent;
    bool same;

    if (!member_is_text(jwk, "kty", "RSA") ||
        gnutls_pubkey_export_rsa_raw2(key, &modulus, &exponent, 0) < 0)
        return false;
    same = member_is(jwk, "n", modulus, 0) && member_is(jwk, "e", exponent, 0);
    gnutls_free(modulus.data);
    gnutls_free(exponent.data);
    return same;
}

struct curve {
    gnutls_ecc_curve_t id;
    const char *kty, *crv;
    size_t size; /* bytes of a coordinate */
};

static const struct curve curves[] = {
    {GNUTLS_ECC_CURVE_SECP256R1, "EC", "P-256", 32},
    {GNUTLS_ECC_CURVE_SECP384R1, "EC", "P-384", 48},
    {GNUTLS_ECC_CURVE_SECP521R1, "EC", "P-521", 66},
    {GNUTLS_ECC_CURVE_ED25519, "OKP", "Ed25519", 32},
    {GNUTLS_ECC_CURVE_ED448, "OKP", "Ed448", 57},
};

static bool curve_equals(struct json_object *jwk, const struct curve *curve, gnutls_datum_t x,
                         gnutls_datum_t y)
{
    if (!member_is_text(jwk, "kty", curve->kty) || !member_is_text(jwk, "crv", curve->crv) ||
        !member_is(jwk, "x", x, curve->size))
        return false;
    return strcmp(curve->kty, "OKP") == 0 || member_is(jwk, "y", y, curve->size);
}

static bool ecc_equals(struct json_object *jwk, gnutls_pubkey_t key)
{
    gnutls_ecc_curve_t id;
    gnutls_datum_t x = {0}, y = {0};
    bool same = false;

    if (gnutls_pubkey_export_ecc_raw2(key, &id, &x, &y, 0) < 0)
        return false;
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
        if (curves[i].id == id)
            same = curve_equals(jwk, &curves[i], x, y);
    gnutls_free(x.data);
    gnutls_free(y.data);
    return same;
}

bool jwk_equals_key(struct json_object *jwk, gnutls_pubkey_t key)
{
    /* RFC 7515 section 4.1.3: a public key; private are RFC 7518 sections 6.2.2, 6.3.2, 6.4 */
    static const char *const private[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

    for (size_t i = 0; i < sizeof(private) / sizeof(private[0]); i++)
        if (json_has(jwk, private[i]))
            return false;
    return rsa_equals(jwk, key) || ecc_equals(jwk, key);
}
