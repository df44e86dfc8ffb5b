/* SPDX-License-Identifier: BSD-3-Clause */
#include "ocsp.h"

#include <gnutls/crypto.h>

#include "der.h"
#include "x509-cert.h"

#define SHA1_LEN 20
#define SHORT_LENGTH_MAX 127 /* X.690 section 8.1.3.4: a length in one byte */

/* AlgorithmIdentifier of SHA-1 (RFC 5019 section 2.1.1) */
static const unsigned char sha1[] = {0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
                                     0x03, 0x02, 0x1a, 0x05, 0x00};

/* OCSPRequest, TBSRequest, requestList, Request, CertID: nothing but the next one is in each. */
#define LAYERS 5
#define HEAD 2 /* bytes: tag and length */

static unsigned char *put_head(unsigned char *out, unsigned tag, size_t len)
{
    *out++ = (unsigned char)tag;
    *out++ = (unsigned char)len;
    return out;
}

static unsigned char *put_hash(unsigned char *out, struct span bytes)
{
    out = put_head(out, X509_OCTET_STRING, SHA1_LEN);
    return gnutls_hash_fast(GNUTLS_DIG_SHA1, bytes.ptr, bytes.len, out) < 0 ? NULL : out + SHA1_LEN;
}

/* RFC 6960 section 4.1.1; the bytes are there. */
static bool put_request(unsigned char *out, const struct x509_cert *cert,
                        const struct x509_cert *issuer, size_t total)
{
    for (size_t layer = 1; layer <= LAYERS; layer++)
        out = put_head(out, DER_SEQUENCE, total - layer * HEAD);
    memcpy(out, sha1, sizeof(sha1));
    out = put_hash(out + sizeof(sha1), cert->issuer);
    if (out)
        out = put_hash(out, issuer->key);
    if (!out)
        return false;
    out = put_head(out, X509_INTEGER, cert->serial.len);
    memcpy(out, cert->serial.ptr, cert->serial.len);
    return true;
}

size_t ocsp_request(gnutls_x509_crt_t cert, gnutls_x509_crt_t issuer, unsigned char *out,
                    size_t size)
{
    X509_PARTY_CLEANUP struct x509_party subject = {.crt = NULL};
    X509_PARTY_CLEANUP struct x509_party ca = {.crt = NULL};
    size_t total;

    if (!x509_party_read(cert, &subject) || !x509_party_read(issuer, &ca))
        return 0;
    total = LAYERS * HEAD + sizeof(sha1) + 2 * (HEAD + SHA1_LEN) + HEAD + subject.cert.serial.len;
    if (total > size || total - HEAD > SHORT_LENGTH_MAX)
        return 0;
    return put_request(out, &subject.cert, &ca.cert, total) ? total : 0;
}
