/* SPDX-License-Identifier: BSD-3-Clause */
#include "jws-verify.h"

#include <gnutls/crypto.h>

/* Whether an RSA-PSS key has no parameters (RFC 4055 section 3.1), or they ask for `size` bytes of
 * salt. */
static bool salt_fits(gnutls_pubkey_t key, unsigned size)
{
    gnutls_digest_algorithm_t digest;
    gnutls_x509_spki_t spki;
    unsigned salt = 0;
    int found;

    if (gnutls_x509_spki_init(&spki) < 0)
        return false;
    found = gnutls_pubkey_get_spki(key, spki, 0);
    if (found >= 0)
        found = gnutls_x509_spki_get_rsa_pss_params(spki, &digest, &salt);
    gnutls_x509_spki_deinit(spki);
    return found == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE || (found >= 0 && salt == size);
}

static enum status choose(const struct jws *jws, gnutls_pubkey_t key, gnutls_sign_algorithm_t *sign,
                          unsigned *bits, struct report *report)
{
    gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
    int type = gnutls_pubkey_get_pk_algorithm(key, bits);

    if (type == GNUTLS_PK_ECDSA || type == GNUTLS_PK_EDDSA_ED25519 || type == GNUTLS_PK_EDDSA_ED448)
        (void)gnutls_pubkey_export_ecc_raw2(key, &curve, NULL, NULL, 0);

    /* RFC 8725 section 3.1: the key decides which algorithms it serves */
    if (type < 0 || !alg_fits_key(jws->alg, (gnutls_pk_algorithm_t)type, curve, sign))
        return report_refuse(
            report, STATUS_BAD_KEY, "alg %s does not fit a key of type %s (%s)", alg_name(jws->alg),
            gnutls_pk_algorithm_get_name((gnutls_pk_algorithm_t)type),
            curve == GNUTLS_ECC_CURVE_INVALID ? "no curve" : gnutls_ecc_curve_get_name(curve));

    /* RFC 7518 section 3.5: as much salt as the hash is long, not more, not less */
    if (type == GNUTLS_PK_RSA_PSS &&
        !salt_fits(key, gnutls_hash_get_len(gnutls_sign_get_hash_algorithm(*sign))))
        return report_refuse(report, STATUS_BAD_KEY,
                             "the RSA-PSS key wants another length of salt than %s",
                             alg_name(jws->alg));
    return STATUS_ACCEPTED;
}

/* RFC 7518 section 3.4: r || s becomes the DER of GnuTLS; `der->data` is owned by the caller. */
static int encode_ecdsa(struct span signature, gnutls_datum_t *der)
{
    unsigned half = (unsigned)signature.len / 2;
    gnutls_datum_t r = {(unsigned char *)signature.ptr, half};
    gnutls_datum_t s = {(unsigned char *)signature.ptr + half, half};

    return gnutls_encode_rs_value(der, &r, &s);
}

static int verify(const struct jws *jws, gnutls_pubkey_t key, gnutls_sign_algorithm_t sign)
{
    gnutls_datum_t data = {(unsigned char *)jws->signing_input.ptr,
                           (unsigned)jws->signing_input.len};
    gnutls_datum_t signature = {(unsigned char *)jws->signature.ptr, (unsigned)jws->signature.len};
    gnutls_datum_t der = {NULL, 0};
    int result = 0;

    if (alg_is_ecdsa(sign)) {
        result = encode_ecdsa(jws->signature, &der);
        signature = der;
    }
    if (result >= 0)
        result = gnutls_pubkey_verify_data2(key, sign, 0, &data, &signature);
    gnutls_free(der.data);
    return result;
}

enum status jws_verify(const struct jws *jws, gnutls_pubkey_t key, struct report *report)
{
    gnutls_sign_algorithm_t sign = GNUTLS_SIGN_UNKNOWN;
    unsigned bits = 0;
    enum status status = choose(jws, key, &sign, &bits, report);
    size_t size;
    int result;

    if (status != STATUS_ACCEPTED)
        return status;

    /* RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1: the length is fixed */
    size = alg_signature_size(sign, bits);
    if (jws->signature.len != size)
        return report_refuse(report, STATUS_BAD_SIGNATURE,
                             "expected a signature of %zu bytes, found %zu", size,
                             jws->signature.len);

    /* RFC 8032 section 5.2.7: S is below the order, so its last octet is zero: nettle skips it */
    if (sign == GNUTLS_SIGN_EDDSA_ED448 && jws->signature.ptr[size - 1] != 0)
        return report_refuse(report, STATUS_BAD_SIGNATURE, "Ed448: S is not in canonical form");

    result = verify(jws, key, sign);
    if (result == GNUTLS_E_INSUFFICIENT_SECURITY ||
        result == GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM || result == GNUTLS_E_UNWANTED_ALGORITHM)
        return report_refuse(report, STATUS_SYSTEM_POLICY, "GnuTLS of this system forbids %s",
                             alg_name(jws->alg));

    /* RFC 7515 section 5.2 step 8 */
    if (result < 0)
        return report_refuse(report, STATUS_BAD_SIGNATURE, "%s: %s", alg_name(jws->alg),
                             gnutls_strerror(result));
    return STATUS_ACCEPTED;
}
