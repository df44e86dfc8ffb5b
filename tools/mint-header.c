/* SPDX-License-Identifier: BSD-3-Clause */
#include "mint-header.h"

#include <stdio.h>
#include <stdlib.h>

#include "../lib/base64url.h"
#include "members.h"

/* Curves of RFC 7518 section 6.2.1.1 and RFC 8037; coordinates are as long as the field. */
static const struct curve_row {
    gnutls_ecc_curve_t curve;
    const char *kty;
    const char *crv;
    size_t size;
} curves[] = {
    {GNUTLS_ECC_CURVE_SECP256R1, "EC", "P-256", 32},
    {GNUTLS_ECC_CURVE_SECP384R1, "EC", "P-384", 48},
    {GNUTLS_ECC_CURVE_SECP521R1, "EC", "P-521", 66},
    {GNUTLS_ECC_CURVE_ED25519, "OKP", "Ed25519", 32},
    {GNUTLS_ECC_CURVE_ED448, "OKP", "Ed448", 57},
};

typedef size_t encoder(struct span bytes, char *out);

/* A JSON string of encoded bytes: neither alphabet needs escapes. */
static char *quote_encoded(struct span bytes, encoder *encode)
{
    char *text = malloc(BASE64URL_ENCODED_MAX(bytes.len) + 2);

    if (!text)
        return NULL;

    size_t length = encode(bytes, text + 1);

    text[0] = '"';
    memcpy(text + 1 + length, "\"", 2);
    return text;
}

static bool put_certificate(gnutls_x509_crt_t cert, FILE *out)
{
    gnutls_datum_t der = {0};

    if (gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_DER, &der) < 0)
        return false;

    char *text = quote_encoded(span_of(der.data, der.size), base64_encode);
    bool put = text && fputs(text, out) >= 0;

    free(text);
    gnutls_free(der.data);
    return put;
}

char *mint_header_x5c(const struct mint_chain *chain)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    bool done = true;

    if (!out)
        return NULL;

    for (unsigned i = 0; i < chain->count && done; i++) {
        fputc(i == 0 ? '[' : ',', out);
        done = put_certificate(chain->certs[i], out);
    }
    fputc(']', out);
    if (fclose(out) == 0 && done)
        return text;
    free(text);
    return NULL;
}

char *mint_header_thumbprint(const struct mint_chain *chain, gnutls_digest_algorithm_t hash)
{
    unsigned char bytes[32];
    size_t size = sizeof(bytes);

    if (gnutls_x509_crt_get_fingerprint(chain->certs[0], hash, bytes, &size) < 0)
        return NULL;
    return quote_encoded(span_of(bytes, size), base64url_encode);
}

static bool put_text(struct members *jwk, const char *name, const char *text)
{
    return members_put(jwk, span_text(name), members_quote(span_text(text)));
}

/* A number in `size` bytes, big-endian, whatever zeros GnuTLS put in front or left out. */
static bool put_number(struct members *jwk, const char *name, const gnutls_datum_t *number,
                       size_t size)
{
    unsigned char padded[1024] = {0};
    struct span bytes = span_of(number->data, number->size);

    while (bytes.len > size && bytes.ptr[0] == 0)
        bytes = span_of(bytes.ptr + 1, bytes.len - 1);
    if (bytes.len > size || size > sizeof(padded))
        return false;

    memcpy(padded + size - bytes.len, bytes.ptr, bytes.len);
    return members_put(jwk, span_text(name),
                       quote_encoded(span_of(padded, size), base64url_encode));
}

static size_t significant(const gnutls_datum_t *number)
{
    size_t zeros = 0;

    while (zeros < number->size && number->data[zeros] == 0)
        zeros++;
    return number->size - zeros;
}

static bool put_rsa(struct members *jwk, gnutls_pubkey_t key)
{
    gnutls_datum_t n = {0};
    gnutls_datum_t e = {0};

    if (gnutls_pubkey_export_rsa_raw(key, &n, &e) < 0)
        return false;

    bool put = put_text(jwk, "kty", "RSA") && put_number(jwk, "n", &n, significant(&n)) &&
               put_number(jwk, "e", &e, significant(&e));

    gnutls_free(n.data);
    gnutls_free(e.data);
    return put;
}

static const struct curve_row *find_curve(gnutls_ecc_curve_t curve)
{
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
        if (curves[i].curve == curve)
            return &curves[i];
    }
    return NULL;
}

static bool put_ecc(struct members *jwk, gnutls_pubkey_t key)
{
    gnutls_ecc_curve_t curve;
    gnutls_datum_t x = {0};
    gnutls_datum_t y = {0};

    if (gnutls_pubkey_export_ecc_raw(key, &curve, &x, &y) < 0)
        return false;

    const struct curve_row *row = find_curve(curve);
    bool put = row && put_text(jwk, "kty", row->kty) && put_text(jwk, "crv", row->crv);

    /* An octet key pair has one coordinate, already in its final form (RFC 8037 section 2). */
    put = put && put_number(jwk, "x", &x, row->size) &&
          (y.size == 0 || put_number(jwk, "y", &y, row->size));
    gnutls_free(x.data);
    gnutls_free(y.data);
    return put;
}

char *mint_header_jwk(const struct mint_key *key, const struct mint_chain *chain)
{
    MEMBERS_CLEANUP struct members jwk = {0};

    if (!put_rsa(&jwk, key->public_key) && !put_ecc(&jwk, key->public_key))
        return NULL;
    if (chain->count > 0 && !members_put(&jwk, span_text("x5c"), mint_header_x5c(chain)))
        return NULL;
    return members_text(&jwk);
}
