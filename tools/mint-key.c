/* SPDX-License-Identifier: BSD-3-Clause */
#include "mint-key.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "../lib/base64url.h"
#include "input.h"

#define FILE_MAX (1024 * 1024) /* bytes */
#define KEY_ID_SIZE 32         /* SHA-256 */

static bool fail(const char *what, const char *why)
{
    fprintf(stderr, "pam-jwt mint: %s: %s\n", what, why);
    return false;
}

static bool fail_gnutls(const char *what, int error)
{
    return fail(what, gnutls_strerror(error));
}

static bool read_pem(const char *path, struct secret *file, gnutls_datum_t *pem)
{
    if (!input_read_file(path, FILE_MAX, file))
        return fail(path, strerror(errno));

    *pem = (gnutls_datum_t){file->ptr, (unsigned)file->len};
    return true;
}

static bool find_sign_algorithm(const char *path, const struct alg *alg, struct mint_key *key)
{
    gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
    int type = gnutls_pubkey_get_pk_algorithm(key->public_key, NULL);

    /* Fails for RSA, which leaves the curve invalid, as alg_fits_key() wants it. */
    if (gnutls_pubkey_export_ecc_raw(key->public_key, &curve, NULL, NULL) < 0)
        curve = GNUTLS_ECC_CURVE_INVALID;
    if (type < 0 || !alg_fits_key(alg, (gnutls_pk_algorithm_t)type, curve, &key->sign))
        return fail(path, "the key cannot be used with this --alg");
    return true;
}

bool mint_key_load(const char *path, const struct alg *alg, struct mint_key *key)
{
    SECRET_CLEANUP struct secret file = {0};
    gnutls_datum_t pem;
    int error;

    if (!read_pem(path, &file, &pem))
        return false;
    if ((error = gnutls_privkey_init(&key->private_key)) < 0 ||
        (error = gnutls_pubkey_init(&key->public_key)) < 0 ||
        (error = gnutls_privkey_import_x509_raw(key->private_key, &pem, GNUTLS_X509_FMT_PEM, NULL,
                                                0)) < 0 ||
        (error = gnutls_pubkey_import_privkey(key->public_key, key->private_key, 0, 0)) < 0)
        return fail_gnutls(path, error);
    return find_sign_algorithm(path, alg, key);
}

static char *encode(struct span bytes)
{
    char *text = malloc(BASE64URL_ENCODED_MAX(bytes.len));

    if (text)
        base64url_encode(bytes, text);
    return text;
}

/* DER to r || s, each as long as the curve's field (RFC 7518 section 3.4). */
static char *encode_ecdsa(gnutls_sign_algorithm_t sign, const gnutls_datum_t *der)
{
    unsigned char raw[2 * 66] = {0};
    size_t half = alg_signature_size(sign, 0) / 2;
    gnutls_datum_t r = {0};
    gnutls_datum_t s = {0};
    char *text = NULL;

    if (gnutls_decode_rs_value(der, &r, &s) < 0)
        return NULL;

    /* INTEGERs have a leading zero where their first bit is set. */
    struct span r_bytes = r.size > half ? span_of(r.data + 1, half) : span_of(r.data, r.size);
    struct span s_bytes = s.size > half ? span_of(s.data + 1, half) : span_of(s.data, s.size);

    if (2 * half <= sizeof(raw) && r.size <= half + 1 && s.size <= half + 1) {
        memcpy(raw + half - r_bytes.len, r_bytes.ptr, r_bytes.len);
        memcpy(raw + 2 * half - s_bytes.len, s_bytes.ptr, s_bytes.len);
        text = encode(span_of(raw, 2 * half));
    }
    gnutls_free(r.data);
    gnutls_free(s.data);
    return text;
}

char *mint_key_sign(const struct mint_key *key, struct span input)
{
    const gnutls_datum_t data = {(unsigned char *)input.ptr, (unsigned)input.len};
    gnutls_datum_t signature = {0};
    int error = gnutls_privkey_sign_data2(key->private_key, key->sign, 0, &data, &signature);

    if (error < 0) {
        fail_gnutls("signing", error);
        return NULL;
    }

    char *text = alg_is_ecdsa(key->sign) ? encode_ecdsa(key->sign, &signature)
                                         : encode(span_of(signature.data, signature.size));

    if (!text)
        fail("signing", "no memory, or a signature of unexpected form");
    gnutls_free(signature.data);
    return text;
}

void mint_key_free(struct mint_key *key)
{
    if (key->private_key)
        gnutls_privkey_deinit(key->private_key);
    if (key->public_key)
        gnutls_pubkey_deinit(key->public_key);
    *key = (struct mint_key){0};
}

bool mint_chain_load(const char *path, struct mint_chain *chain)
{
    SECRET_CLEANUP struct secret file = {0};
    gnutls_datum_t pem;

    if (!read_pem(path, &file, &pem))
        return false;

    int error =
        gnutls_x509_crt_list_import2(&chain->certs, &chain->count, &pem, GNUTLS_X509_FMT_PEM, 0);

    return error >= 0 || fail_gnutls(path, error);
}

bool mint_chain_fits(const struct mint_chain *chain, const struct mint_key *key)
{
    unsigned char of_cert[KEY_ID_SIZE];
    unsigned char of_key[KEY_ID_SIZE];
    size_t cert_size = sizeof(of_cert);
    size_t key_size = sizeof(of_key);

    if (gnutls_x509_crt_get_key_id(chain->certs[0], GNUTLS_KEYID_USE_SHA256, of_cert, &cert_size) <
            0 ||
        gnutls_pubkey_get_key_id(key->public_key, GNUTLS_KEYID_USE_SHA256, of_key, &key_size) < 0)
        return false;
    return span_equal(span_of(of_cert, cert_size), span_of(of_key, key_size));
}

void mint_chain_free(struct mint_chain *chain)
{
    for (unsigned i = 0; i < chain->count; i++)
        gnutls_x509_crt_deinit(chain->certs[i]);
    gnutls_free(chain->certs);
    *chain = (struct mint_chain){0};
}
