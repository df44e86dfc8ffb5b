/* SPDX-License-Identifier: BSD-3-Clause */
/* What OCSP takes from a certificate byte for byte: names, serial number and key as they are
 * hashed. */
#ifndef PAM_JWT_X509_CERT_H
#define PAM_JWT_X509_CERT_H

#include <gnutls/x509.h>

#include "x509-der.h"

#define X509_HASH_MAX 64 /* bytes */

struct x509_cert {
    struct span tbs;                    /* what is signed */
    struct span serial;                 /* content of the INTEGER */
    struct span issuer, subject;        /* Names, with tag and length */
    struct span key;                    /* content of subjectPublicKey, without unused bits */
    struct x509_algorithm inner, outer; /* of its signature: in what is signed, and beside it */
    struct span signature;
};

/* `cert` is of spans into `der`. */
bool x509_cert_read(struct span der, struct x509_cert *cert);

/* A certificate with its own bytes. */
struct x509_party {
    gnutls_x509_crt_t crt; /* borrowed */
    gnutls_datum_t der;    /* owned */
    struct x509_cert cert; /* spans into it */
};

bool x509_party_read(gnutls_x509_crt_t crt, struct x509_party *party);
void x509_party_free(struct x509_party *party);
#define X509_PARTY_CLEANUP __attribute__((cleanup(x509_party_free)))

/* Whether `hash` is the hash of `bytes`. */
bool x509_hash_is(gnutls_digest_algorithm_t digest, struct span bytes, struct span hash);

/* SHA-1, SHA-256, SHA-384 or SHA-512; GNUTLS_DIG_UNKNOWN for any other. */
gnutls_digest_algorithm_t x509_digest(const struct x509_algorithm *algorithm);

#endif
