/* SPDX-License-Identifier: BSD-3-Clause */
#include "x509-signature.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>

#include "der.h"

/* RFC 4055 section 3.1: the salt is as long as the hash, and so is what GnuTLS expects */
static bool read_salt(struct span rest, unsigned size)
{
    struct span tagged, salt;

    return x509_take_only(rest, X509_CHOICE(2), &tagged) &&
           x509_take_only(tagged, X509_INTEGER, &salt) && salt.len == 1 && salt.ptr[0] == size;
}

/* RFC 4055 section 3.1: RSASSA-PSS-params, with one hash for both, and the default trailer */
static gnutls_sign_algorithm_t read_pss(struct span parameters)
{
    struct span rest, tagged, mask;
    struct x509_algorithm hash, generator, inner;
    gnutls_digest_algorithm_t digest;

    if (!x509_take_only(parameters, DER_SEQUENCE, &rest) ||
        !der_take_tag(&rest, X509_CHOICE(0), &tagged) || !x509_take_algorithm(&tagged, &hash) ||
        tagged.len > 0 || !der_take_tag(&rest, X509_CHOICE(1), &tagged) ||
        !x509_take_algorithm(&tagged, &generator) || tagged.len > 0)
        return GNUTLS_SIGN_UNKNOWN;
    mask = generator.parameters;
    digest = x509_digest(&hash);
    /* id-mgf1 */
    if (!span_equal(generator.oid, span_of("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08", 9)) ||
        !x509_take_algorithm(&mask, &inner) || x509_digest(&inner) != digest ||
        !read_salt(rest, gnutls_hash_get_len(digest)))
        return GNUTLS_SIGN_UNKNOWN;
    switch (digest) {
    case GNUTLS_DIG_SHA256:
        return GNUTLS_SIGN_RSA_PSS_SHA256;
    case GNUTLS_DIG_SHA384:
        return GNUTLS_SIGN_RSA_PSS_SHA384;
    case GNUTLS_DIG_SHA512:
        return GNUTLS_SIGN_RSA_PSS_SHA512;
    default:
        return GNUTLS_SIGN_UNKNOWN;
    }
}

enum parameters { ABSENT, ABSENT_OR_NULL, PSS };

/* RFC 9155 section 3: no MD5, no SHA-1, so they do not stand here */
static const struct known {
    const char *oid;
    size_t len;
    enum parameters parameters;
    gnutls_sign_algorithm_t sign;
} table[] = {
    /* RFC 4055 section 5 */
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", 9, ABSENT_OR_NULL, GNUTLS_SIGN_RSA_SHA256},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c", 9, ABSENT_OR_NULL, GNUTLS_SIGN_RSA_SHA384},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d", 9, ABSENT_OR_NULL, GNUTLS_SIGN_RSA_SHA512},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", 9, PSS, GNUTLS_SIGN_UNKNOWN},
    /* RFC 5758 section 3.2 */
    {"\x2a\x86\x48\xce\x3d\x04\x03\x02", 8, ABSENT, GNUTLS_SIGN_ECDSA_SHA256},
    {"\x2a\x86\x48\xce\x3d\x04\x03\x03", 8, ABSENT, GNUTLS_SIGN_ECDSA_SHA384},
    {"\x2a\x86\x48\xce\x3d\x04\x03\x04", 8, ABSENT, GNUTLS_SIGN_ECDSA_SHA512},
    /* RFC 8410 section 3 */
    {"\x2b\x65\x70", 3, ABSENT, GNUTLS_SIGN_EDDSA_ED25519},
    {"\x2b\x65\x71", 3, ABSENT, GNUTLS_SIGN_EDDSA_ED448},
};

static gnutls_sign_algorithm_t find_sign(const struct x509_algorithm *algorithm)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (!span_equal(algorithm->oid, span_of(table[i].oid, table[i].len)))
            continue;
        if (table[i].parameters == PSS)
            return read_pss(algorithm->parameters);
        if (algorithm->parameters.len == 0 ||
            (table[i].parameters == ABSENT_OR_NULL && x509_no_parameters(algorithm)))
            return table[i].sign;
    }
    return GNUTLS_SIGN_UNKNOWN;
}

static int verify(gnutls_x509_crt_t signer, gnutls_sign_algorithm_t sign, struct span data,
                  struct span signature)
{
    gnutls_datum_t signed_data = {(unsigned char *)data.ptr, (unsigned)data.len};
    gnutls_datum_t bits = {(unsigned char *)signature.ptr, (unsigned)signature.len};
    gnutls_pubkey_t key;
    int result = gnutls_pubkey_init(&key);

    if (result < 0)
        return result;
    result = gnutls_pubkey_import_x509(key, signer, 0);
    if (result >= 0)
        result = gnutls_pubkey_verify_data2(key, sign, 0, &signed_data, &bits);
    gnutls_pubkey_deinit(key);
    return result;
}

bool x509_signature_verify(gnutls_x509_crt_t signer, const struct x509_algorithm *algorithm,
                           struct span data, struct span signature, const char *what,
                           struct evidence *evidence)
{
    gnutls_sign_algorithm_t sign = find_sign(algorithm);
    int result;

    /* RFC 6960 section 4.3 asks for SHA-1, RFC 9155 section 3 forbids it */
    if (sign == GNUTLS_SIGN_UNKNOWN ||
        !gnutls_sign_is_secure2(sign, GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS))
        return evidence_refuse(evidence,
                               "%s: expected a signature with SHA-2 or EdDSA, found another", what);

    /* RFC 8032 section 5.2.7: the last octet of S is zero: nettle skips it */
    if (sign == GNUTLS_SIGN_EDDSA_ED448 &&
        (signature.len == 0 || signature.ptr[signature.len - 1] != 0))
        return evidence_refuse(evidence, "%s: Ed448: S is not in canonical form", what);

    /* RFC 6960 section 3.2 */
    result = verify(signer, sign, data, signature);
    if (result < 0)
        return evidence_refuse(evidence, "%s: %s: %s", what, gnutls_sign_get_name(sign),
                               gnutls_strerror(result));
    return true;
}
