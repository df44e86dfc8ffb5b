/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwk.h"

#include <gnutls/crypto.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "base64url.h"

/* Two numbers: modulus and exponent, or coordinates. */
struct numbers {
    gnutls_ecc_curve_t curve; /* GNUTLS_ECC_CURVE_INVALID for RSA */
    gnutls_datum_t first, second;
};

static void numbers_free(struct numbers *numbers)
{
    gnutls_free(numbers->first.data);
    gnutls_free(numbers->second.data);
}
#define NUMBERS_CLEANUP __attribute__((cleanup(numbers_free)))

/* The bytes of a base64url member: `fixed` of them, or if 0, of a number without leading zeros. */
static bool take(struct json_object *jwk, const char *name, size_t fixed, gnutls_datum_t *out)
{
    struct span text;
    size_t len;

    if (!json_string(json_member(jwk, name), &text))
        return false;
    out->data = gnutls_malloc(BASE64_DECODED_MAX(text.len));
    if (!out->data || !base64url_decode(text, out->data, &len))
        return false;
    out->size = (unsigned)len;
    return fixed == 0 ? len > 0 && out->data[0] != 0 : len == fixed; /* RFC 7518 section 2 */
}

static bool member_is(struct json_object *jwk, const char *name, const char *expected)
{
    struct span text;

    return json_string(json_member(jwk, name), &text) && span_equal(text, span_text(expected));
}

/* RFC 7518 section 6.3.1 */
static bool import_rsa(struct json_object *jwk, gnutls_pubkey_t key)
{
    NUMBERS_CLEANUP struct numbers n = {0};

    return take(jwk, "n", 0, &n.first) && take(jwk, "e", 0, &n.second) &&
           gnutls_pubkey_import_rsa_raw(key, &n.first, &n.second) >= 0;
}

struct curve {
    gnutls_ecc_curve_t id;
    const char *kty, *crv;
    size_t size; /* bytes of a coordinate */
};

/* RFC 7518 section 6.2.1, RFC 8037 section 2: a point of EC has y, one of OKP has not */
static bool import_point(struct json_object *jwk, const struct curve *curve, gnutls_pubkey_t key)
{
    NUMBERS_CLEANUP struct numbers n = {0};
    bool ec = strcmp(curve->kty, "EC") == 0;

    return take(jwk, "x", curve->size, &n.first) &&
           (!ec || take(jwk, "y", curve->size, &n.second)) &&
           gnutls_pubkey_import_ecc_raw(key, curve->id, &n.first, ec ? &n.second : NULL) >= 0;
}

static bool import_ecc(struct json_object *jwk, gnutls_pubkey_t key)
{
    static const struct curve curves[] = {
        {GNUTLS_ECC_CURVE_SECP256R1, "EC", "P-256", 32},
        {GNUTLS_ECC_CURVE_SECP384R1, "EC", "P-384", 48},
        {GNUTLS_ECC_CURVE_SECP521R1, "EC", "P-521", 66},
        {GNUTLS_ECC_CURVE_ED25519, "OKP", "Ed25519", 32},
        {GNUTLS_ECC_CURVE_ED448, "OKP", "Ed448", 57},
    };

    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
        if (member_is(jwk, "kty", curves[i].kty) && member_is(jwk, "crv", curves[i].crv))
            return import_point(jwk, &curves[i], key);
    return false;
}

/* The first private or symmetric member: RFC 7518 sections 6.2.2, 6.3.2, 6.4; NULL: none. */
static const char *private_member(struct json_object *jwk)
{
    static const char *const private[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

    for (size_t i = 0; i < sizeof(private) / sizeof(private[0]); i++)
        if (json_has(jwk, private[i]))
            return private[i];
    return NULL;
}

bool jwk_import(struct json_object *jwk, gnutls_pubkey_t key)
{
    /* RFC 7515 section 4.1.3: a public key */
    if (private_member(jwk))
        return false;
    return member_is(jwk, "kty", "RSA") ? import_rsa(jwk, key) : import_ecc(jwk, key);
}

bool jwk_serves(struct json_object *jwk, const struct alg *alg)
{
    struct json_object *operations = json_member(jwk, "key_ops");

    /* RFC 7517 section 4.2 */
    if (json_has(jwk, "use") && !member_is(jwk, "use", "sig"))
        return false;

    /* RFC 7517 section 4.3 */
    if (json_has(jwk, "key_ops") && !(json_object_is_type(operations, json_type_array) &&
                                      json_string_or_array_has(operations, span_text("verify"))))
        return false;

    /* RFC 7517 section 4.4 */
    return !json_has(jwk, "alg") || member_is(jwk, "alg", alg_name(alg));
}

enum status jwk_import_for(struct json_object *jwk, const struct alg *alg, const char *name,
                           gnutls_pubkey_t key, struct report *report)
{
    const char *private = private_member(jwk);

    /* RFC 7515 section 4.1.3: who puts his private key there has given it away */
    if (private)
        return report_refuse(report, STATUS_BAD_KEY,
                             "%s: expected a public key, found the private member %s", name,
                             private);

    /* RFC 7518 section 6, RFC 8037 section 2 */
    if (!jwk_import(jwk, key))
        return report_refuse(report, STATUS_BAD_KEY, "%s: expected a public RSA, EC or OKP key",
                             name);

    /* RFC 7517 sections 4.2 to 4.4 */
    if (!jwk_serves(jwk, alg))
        return report_refuse(report, STATUS_BAD_KEY,
                             "%s: its use, key_ops or alg do not let it verify %s", name,
                             alg_name(alg));
    return STATUS_ACCEPTED;
}

static bool numbers_of(gnutls_pubkey_t key, struct numbers *n)
{
    return gnutls_pubkey_export_rsa_raw2(key, &n->first, &n->second, 0) >= 0 ||
           gnutls_pubkey_export_ecc_raw2(key, &n->curve, &n->first, &n->second, 0) >= 0;
}

static bool datum_equal(gnutls_datum_t a, gnutls_datum_t b)
{
    return span_equal(span_number(span_of(a.data, a.size)), span_number(span_of(b.data, b.size)));
}

bool jwk_keys_equal(gnutls_pubkey_t a, gnutls_pubkey_t b)
{
    NUMBERS_CLEANUP struct numbers na = {0}, nb = {0};

    return numbers_of(a, &na) && numbers_of(b, &nb) && na.curve == nb.curve &&
           datum_equal(na.first, nb.first) && datum_equal(na.second, nb.second);
}

bool jwk_equals_key(struct json_object *jwk, gnutls_pubkey_t key)
{
    gnutls_pubkey_t own;
    bool equal;

    if (gnutls_pubkey_init(&own) < 0)
        return false;
    equal = jwk_import(jwk, own) && jwk_keys_equal(own, key);
    gnutls_pubkey_deinit(own);
    return equal;
}

/* RFC 7638 section 3.2: these members alone, in this order */
static const struct {
    const char *kty, *names[4];
} required[] = {
    {"EC", {"crv", "kty", "x", "y"}},
    {"OKP", {"crv", "kty", "x"}},
    {"RSA", {"e", "kty", "n"}},
};

static const char *const *required_names(struct json_object *jwk)
{
    for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
        if (member_is(jwk, "kty", required[i].kty))
            return required[i].names;
    return NULL;
}

static bool is_importable(struct json_object *jwk)
{
    gnutls_pubkey_t key;
    bool good;

    if (gnutls_pubkey_init(&key) < 0)
        return false;
    good = jwk_import(jwk, key);
    gnutls_pubkey_deinit(key);
    return good;
}

/* RFC 7638 section 3.3: none of these values needs an escape, and each has one text only */
bool jwk_thumbprint(struct json_object *jwk, char out[JWK_THUMBPRINT_SIZE])
{
    const char *const *names = required_names(jwk);
    unsigned char digest[32];
    gnutls_hash_hd_t hash;
    struct span text;

    if (!names || !is_importable(jwk) || gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) < 0)
        return false;
    for (size_t i = 0; i < 4 && names[i] && json_string(json_member(jwk, names[i]), &text); i++) {
        (void)gnutls_hash(hash, i == 0 ? "{\"" : ",\"", 2);
        (void)gnutls_hash(hash, names[i], strlen(names[i]));
        (void)gnutls_hash(hash, "\":\"", 3);
        (void)gnutls_hash(hash, text.ptr, text.len);
        (void)gnutls_hash(hash, "\"", 1);
    }
    (void)gnutls_hash(hash, "}", 1);
    gnutls_hash_deinit(hash, digest);
    (void)base64url_encode(span_of(digest, sizeof(digest)), out);
    return true;
}

const char *jwk_number(struct json_object *jwk, struct span *text)
{
    const char *name = member_is(jwk, "kty", "RSA") ? "n" : "x";

    return json_string(json_member(jwk, name), text) ? name : NULL;
}
