/* SPDX-License-Identifier: BSD-3-Clause */
#include "fixture-jwk.h"

#include <gnutls/crypto.h>

#include "fuzz.h"

#define DEPTH_MAX 64 /* deeper than lib/json-scan.c goes */

struct json_object *plain_parse(struct span text)
{
    struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
    struct json_object *value =
        json_tokener_parse_ex(tokener, (const char *)text.ptr, (int)text.len);

    json_tokener_free(tokener);
    return value;
}

bool plain_has(struct json_object *object, const char *name)
{
    return json_object_is_type(object, json_type_object) &&
           json_object_object_get_ex(object, name, NULL);
}

static struct span text_of(struct json_object *value)
{
    if (!json_object_is_type(value, json_type_string))
        return span_of(NULL, 0);
    return span_of(json_object_get_string(value), (size_t)json_object_get_string_len(value));
}

struct span plain_string(struct json_object *object, const char *name)
{
    return text_of(plain_has(object, name) ? json_object_object_get(object, name) : NULL);
}

bool plain_is(struct json_object *object, const char *name, const char *text)
{
    return span_equal(plain_string(object, name), span_text(text));
}

/* --- base64 ----------------------------------------------------------------------------------- */

static gnutls_datum_t none(gnutls_datum_t bytes)
{
    gnutls_free(bytes.data);
    return (gnutls_datum_t){NULL, 0};
}

static bool is_only_text(gnutls_datum_t bytes, gnutls_datum_t text)
{
    gnutls_datum_t again;
    bool same;

    REQUIRE(gnutls_base64_encode2(&bytes, &again) == 0);
    same = span_equal(span_of(text.data, text.size), span_of(again.data, again.size));
    gnutls_free(again.data);
    return same;
}

/*
 * Of either alphabet, with padding or without, but no other text for the same bytes; `data` is NULL
 * if it is nothing of that. Owned.
 */
static gnutls_datum_t decode(struct span text)
{
    gnutls_datum_t encoded = {gnutls_malloc(text.len + 4), 0}, decoded = {NULL, 0};
    size_t len = text.len;

    while (len > 0 && text.len - len < 2 && text.ptr[len - 1] == '=')
        len--;
    REQUIRE(encoded.data);
    for (size_t i = 0; i < len; i++)
        encoded.data[i] = text.ptr[i] == '-' ? '+' : text.ptr[i] == '_' ? '/' : text.ptr[i];
    for (encoded.size = (unsigned)len; encoded.size % 4; encoded.size++)
        encoded.data[encoded.size] = '=';
    if (gnutls_base64_decode2(&encoded, &decoded) < 0 || !is_only_text(decoded, encoded))
        decoded = none(decoded);
    gnutls_free(encoded.data);
    return decoded;
}

/* In base64url; owned. */
static char *encode(gnutls_datum_t bytes)
{
    gnutls_datum_t text;
    char *url;

    REQUIRE(gnutls_base64_encode2(&bytes, &text) == 0);
    url = strndup((const char *)text.data, text.size);
    REQUIRE(url);
    gnutls_free(text.data);
    for (char *at = url; *at; at++)
        *at = (char)(*at == '+' ? '-' : *at == '/' ? '_' : *at);
    url[strcspn(url, "=")] = '\0';
    return url;
}

/* --- keys ------------------------------------------------------------------------------------- */

static bool is_number(struct span found, gnutls_datum_t number)
{
    gnutls_datum_t own = decode(found);
    bool same = own.data && span_equal(span_number(span_of(own.data, own.size)),
                                       span_number(span_of(number.data, number.size)));

    gnutls_free(own.data);
    return same;
}

static const char *curve_name(gnutls_ecc_curve_t curve)
{
    switch (curve) {
    case GNUTLS_ECC_CURVE_SECP256R1:
        return "P-256";
    case GNUTLS_ECC_CURVE_SECP384R1:
        return "P-384";
    case GNUTLS_ECC_CURVE_SECP521R1:
        return "P-521";
    case GNUTLS_ECC_CURVE_ED25519:
        return "Ed25519";
    case GNUTLS_ECC_CURVE_ED448:
        return "Ed448";
    default:
        return "none";
    }
}

struct numbers {
    gnutls_ecc_curve_t curve;
    gnutls_datum_t first, second;
    bool rsa;
};

static struct numbers numbers_of(gnutls_pubkey_t key)
{
    struct numbers n = {.curve = GNUTLS_ECC_CURVE_INVALID};

    n.rsa = gnutls_pubkey_export_rsa_raw2(key, &n.first, &n.second, 0) == 0;
    if (!n.rsa)
        REQUIRE(gnutls_pubkey_export_ecc_raw2(key, &n.curve, &n.first, &n.second, 0) == 0);
    return n;
}

static void free_numbers(struct numbers *n)
{
    gnutls_free(n->first.data);
    gnutls_free(n->second.data);
}

static bool keys_equal(gnutls_pubkey_t a, gnutls_pubkey_t b)
{
    struct numbers left = numbers_of(a), right = numbers_of(b);
    bool same = left.rsa == right.rsa && left.curve == right.curve &&
                span_equal(span_number(span_of(left.first.data, left.first.size)),
                           span_number(span_of(right.first.data, right.first.size))) &&
                span_equal(span_number(span_of(left.second.data, left.second.size)),
                           span_number(span_of(right.second.data, right.second.size)));

    free_numbers(&left);
    free_numbers(&right);
    return same;
}

static bool is_private(struct json_object *jwk)
{
    static const char *const names[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (plain_has(jwk, names[i]))
            return true;
    return false;
}

bool plain_jwk_is(struct json_object *jwk, gnutls_pubkey_t key)
{
    struct numbers n = numbers_of(key);
    bool edwards = n.curve == GNUTLS_ECC_CURVE_ED25519 || n.curve == GNUTLS_ECC_CURVE_ED448;
    bool same = is_number(plain_string(jwk, n.rsa ? "n" : "x"), n.first) && !is_private(jwk);

    if (n.rsa)
        same = same && plain_is(jwk, "kty", "RSA") && is_number(plain_string(jwk, "e"), n.second);
    else
        same = same && plain_is(jwk, "kty", edwards ? "OKP" : "EC") &&
               plain_is(jwk, "crv", curve_name(n.curve)) &&
               (edwards || is_number(plain_string(jwk, "y"), n.second));
    free_numbers(&n);
    return same;
}

bool plain_jwk_serves(struct json_object *jwk, const char *alg)
{
    struct json_object *operations = NULL;
    bool verifies = false;

    (void)json_object_object_get_ex(jwk, "key_ops", &operations);
    if (json_object_is_type(operations, json_type_array))
        for (size_t i = 0; i < json_object_array_length(operations); i++)
            verifies = verifies || span_equal(text_of(json_object_array_get_idx(operations, i)),
                                              span_text("verify"));
    return (!plain_has(jwk, "key_ops") || verifies) &&
           (!plain_has(jwk, "use") || plain_is(jwk, "use", "sig")) &&
           (!plain_has(jwk, "alg") || plain_is(jwk, "alg", alg));
}

bool plain_jwks_equal(struct json_object *a, struct json_object *b)
{
    static const char *const names[] = {"kty", "crv", "x", "y", "n", "e"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!span_equal(plain_string(a, names[i]), plain_string(b, names[i])))
            return false;
    return !is_private(a) && !is_private(b);
}

#define TEXT_OF(jwk, name)                                                                         \
    (int)plain_string((jwk), (name)).len, (const char *)plain_string((jwk), (name)).ptr

char *plain_jwk_thumbprint(struct json_object *jwk)
{
    unsigned char digest[32];
    char *text, *thumbprint;

    if (plain_is(jwk, "kty", "RSA"))
        REQUIRE(asprintf(&text, "{\"e\":\"%.*s\",\"kty\":\"RSA\",\"n\":\"%.*s\"}",
                         TEXT_OF(jwk, "e"), TEXT_OF(jwk, "n")) > 0);
    else if (plain_is(jwk, "kty", "OKP"))
        REQUIRE(asprintf(&text, "{\"crv\":\"%.*s\",\"kty\":\"OKP\",\"x\":\"%.*s\"}",
                         TEXT_OF(jwk, "crv"), TEXT_OF(jwk, "x")) > 0);
    else
        REQUIRE(asprintf(&text, "{\"crv\":\"%.*s\",\"kty\":\"EC\",\"x\":\"%.*s\",\"y\":\"%.*s\"}",
                         TEXT_OF(jwk, "crv"), TEXT_OF(jwk, "x"), TEXT_OF(jwk, "y")) > 0);
    REQUIRE(gnutls_hash_fast(GNUTLS_DIG_SHA256, text, strlen(text), digest) == 0);
    thumbprint = encode((gnutls_datum_t){digest, sizeof(digest)});
    free(text);
    return thumbprint;
}

/* --- certificates ----------------------------------------------------------------------------- */

static size_t size_of(const char *name)
{
    return strcmp(name, "x5t") == 0 ? 20 : 32;
}

/* Hexadecimal, base64, or base64 of hexadecimal; `data` is NULL if it is nothing of that. Owned. */
static gnutls_datum_t thumbprint_bytes(struct json_object *members, const char *name)
{
    struct span text = plain_string(members, name);
    const size_t size = size_of(name);
    gnutls_datum_t given = {(unsigned char *)text.ptr, (unsigned)text.len}, bytes = {NULL, 0};

    if (!text.ptr)
        return bytes;
    if (given.size == 2 * size && gnutls_hex_decode2(&given, &bytes) == 0)
        return bytes;
    bytes = decode(text);
    if (bytes.data && bytes.size == 2 * size) {
        given = bytes;
        if (gnutls_hex_decode2(&given, &bytes) < 0)
            bytes.data = NULL;
        gnutls_free(given.data);
    }
    if (bytes.data && bytes.size == size)
        return bytes;
    return none(bytes);
}

static bool is_thumbprint_of(struct json_object *members, const char *name, gnutls_datum_t der)
{
    gnutls_datum_t bytes = thumbprint_bytes(members, name);
    unsigned char own[32];
    bool same;

    REQUIRE(gnutls_hash_fast(size_of(name) == 20 ? GNUTLS_DIG_SHA1 : GNUTLS_DIG_SHA256, der.data,
                             der.size, own) == 0);
    same = bytes.data && memcmp(bytes.data, own, size_of(name)) == 0;
    gnutls_free(bytes.data);
    return same;
}

bool plain_thumbprint_is(struct json_object *members, const char *name, gnutls_x509_crt_t cert)
{
    gnutls_datum_t der;
    bool same;

    REQUIRE(gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_DER, &der) == 0);
    same = is_thumbprint_of(members, name, der);
    gnutls_free(der.data);
    return same;
}

bool plain_thumbprints_equal(struct json_object *a, struct json_object *b, const char *name)
{
    gnutls_datum_t left = thumbprint_bytes(a, name), right = thumbprint_bytes(b, name);
    bool same = left.data && right.data && memcmp(left.data, right.data, size_of(name)) == 0;

    gnutls_free(left.data);
    gnutls_free(right.data);
    return same;
}

bool plain_thumbprint_is_base64url(struct json_object *members, const char *name)
{
    struct span text = plain_string(members, name);
    gnutls_datum_t bytes = decode(text);
    char *again = bytes.data ? encode(bytes) : NULL;
    bool same = again && bytes.size == size_of(name) && span_equal(text, span_text(again));

    free(again);
    gnutls_free(bytes.data);
    return same;
}

static gnutls_datum_t first_der(struct json_object *members)
{
    struct json_object *x5c = json_object_object_get(members, "x5c");
    struct span text = {NULL, 0};

    if (json_object_is_type(x5c, json_type_array))
        text = text_of(json_object_array_get_idx(x5c, 0));
    if (text.len % 4 != 0 || memchr(text.ptr, '-', text.len) || memchr(text.ptr, '_', text.len))
        return (gnutls_datum_t){NULL, 0};
    return decode(text);
}

bool plain_x5c_is(struct json_object *jwk, struct json_object *members, const char *name)
{
    gnutls_datum_t der = first_der(jwk);
    bool same = der.data && is_thumbprint_of(members, name, der);

    gnutls_free(der.data);
    return same;
}

bool plain_x5c_has_key(struct json_object *members, gnutls_pubkey_t key)
{
    gnutls_datum_t der = first_der(members);
    gnutls_x509_crt_t cert;
    gnutls_pubkey_t own;
    bool same;

    REQUIRE(gnutls_x509_crt_init(&cert) == 0 && gnutls_pubkey_init(&own) == 0);
    same = der.data && gnutls_x509_crt_import(cert, &der, GNUTLS_X509_FMT_DER) == 0 &&
           gnutls_pubkey_import_x509(own, cert, 0) == 0 && keys_equal(own, key);
    gnutls_pubkey_deinit(own);
    gnutls_x509_crt_deinit(cert);
    gnutls_free(der.data);
    return same;
}
