/* SPDX-License-Identifier: BSD-3-Clause */
#include "x509-cert.h"

#include <gnutls/crypto.h>

#include "der.h"

/* RFC 5280 section 4.1: SubjectPublicKeyInfo */
static bool take_key(struct span *rest, struct span *key)
{
    struct x509_algorithm algorithm;
    struct span info;

    return der_take_tag(rest, DER_SEQUENCE, &info) && x509_take_algorithm(&info, &algorithm) &&
           x509_take_bits(&info, key) && info.len == 0;
}

/* RFC 5280 section 4.1: TBSCertificate, up to the key */
static bool read_tbs(struct x509_cert *cert)
{
    struct span rest, version, number, validity;

    if (!x509_take_only(cert->tbs, DER_SEQUENCE, &rest))
        return false;
    /* RFC 5280 section 4.1.2.1: one INTEGER; GnuTLS reads past the end of [0] */
    if (x509_next_is(rest, X509_CHOICE(0)) && (!der_take_tag(&rest, X509_CHOICE(0), &version) ||
                                               !x509_take_only(version, X509_INTEGER, &number)))
        return false;
    return x509_take_integer(&rest, &cert->serial) && x509_take_algorithm(&rest, &cert->inner) &&
           x509_take_whole(&rest, DER_SEQUENCE, &cert->issuer) &&
           der_take_tag(&rest, DER_SEQUENCE, &validity) &&
           x509_take_whole(&rest, DER_SEQUENCE, &cert->subject) && take_key(&rest, &cert->key);
}

bool x509_cert_read(struct span der, struct x509_cert *cert)
{
    struct span rest;

    return x509_take_only(der, DER_SEQUENCE, &rest) &&
           x509_take_whole(&rest, DER_SEQUENCE, &cert->tbs) &&
           x509_take_algorithm(&rest, &cert->outer) && x509_take_bits(&rest, &cert->signature) &&
           rest.len == 0 && read_tbs(cert);
}

bool x509_party_read(gnutls_x509_crt_t crt, struct x509_party *party)
{
    *party = (struct x509_party){.crt = crt};
    return gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &party->der) >= 0 &&
           x509_cert_read(span_of(party->der.data, party->der.size), &party->cert);
}

void x509_party_free(struct x509_party *party)
{
    gnutls_free(party->der.data);
}

bool x509_hash_is(gnutls_digest_algorithm_t digest, struct span bytes, struct span hash)
{
    unsigned char own[X509_HASH_MAX];
    unsigned len = gnutls_hash_get_len(digest);

    return len > 0 && len <= sizeof(own) && len == hash.len &&
           gnutls_hash_fast(digest, bytes.ptr, bytes.len, own) >= 0 &&
           span_equal(span_of(own, len), hash);
}

gnutls_digest_algorithm_t x509_digest(const struct x509_algorithm *algorithm)
{
    static const struct {
        const char *oid;
        size_t len;
        gnutls_digest_algorithm_t digest;
    } known[] = {
        {"\x2b\x0e\x03\x02\x1a", 5, GNUTLS_DIG_SHA1},
        {"\x60\x86\x48\x01\x65\x03\x04\x02\x01", 9, GNUTLS_DIG_SHA256},
        {"\x60\x86\x48\x01\x65\x03\x04\x02\x02", 9, GNUTLS_DIG_SHA384},
        {"\x60\x86\x48\x01\x65\x03\x04\x02\x03", 9, GNUTLS_DIG_SHA512},
    };

    /* RFC 5754 section 2: parameters are absent or NULL */
    if (!x509_no_parameters(algorithm))
        return GNUTLS_DIG_UNKNOWN;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (span_equal(algorithm->oid, span_of(known[i].oid, known[i].len)))
            return known[i].digest;
    return GNUTLS_DIG_UNKNOWN;
}
