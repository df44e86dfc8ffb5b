/* SPDX-License-Identifier: BSD-3-Clause */
/* CRLs in memory, piece by piece, so that each may be wrong. Lives until make_crl_free_all(). */
#ifndef PAM_JWT_TEST_MAKE_CRL_H
#define PAM_JWT_TEST_MAKE_CRL_H

#include "make-cert.h"

/* Bytes of a string literal, which may hold NUL. */
#define BYTES(literal) span_of(literal, sizeof(literal) - 1)

/* An element of that tag; its content is the spans that follow, one after the other. */
#define DER(tag, ...) make_der((tag), (const struct span[]){__VA_ARGS__, {NULL, 0}})

struct span make_der(unsigned tag, const struct span *content);

/* An Extension; `oid` is the content of its OID. */
struct span make_extension(struct span oid, bool critical, struct span value);

/* UTCTime for 13 characters, GeneralizedTime for any other number. */
struct span make_time(const char *text);

/* An entry, revoked on 2026-04-01; `extensions` is the content of crlEntryExtensions, or empty. */
struct span make_entry(struct span serial, struct span extensions);

/* The same for a reason. */
struct span make_entry_for(struct span serial, unsigned char reason);

#define CRL_THIS "260501000000Z"
#define CRL_NEXT "260701000000Z"

/*
 * What a CRL is made of. A span without pointer is the usual piece, NONE is no piece at all. Pieces
 * have tag and length.
 */
struct crl_plan {
    gnutls_x509_crt_t issuer;     /* its subject is the name */
    gnutls_x509_privkey_t key;    /* that signs */
    gnutls_sign_algorithm_t sign; /* 0: ECDSA with SHA-256 */
    struct span version, inner, outer, name, this_update, next_update;
    struct span entries;               /* usual: none */
    struct span extensions;            /* content of crlExtensions; usual: none */
    struct span tagged;                /* in place of [0] with the extensions */
    struct span inside, after, behind; /* bytes after the last piece of tbsCertList, of the CRL, and
                                        behind it; usual: none */
};

#define NONE span_of("", 0)

struct span make_crl(const struct crl_plan *plan);

void make_crl_free_all(void);

#endif
