/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys, certificates and trust anchors in memory. What is made lives until make_free_all(). */
#ifndef PAM_JWT_TEST_MAKE_CERT_H
#define PAM_JWT_TEST_MAKE_CERT_H

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "../../../lib/trust.h"

#define BEGIN INT64_C(1577836800) /* 2020-01-01 */
#define END INT64_C(4102444800)   /* 2100-01-01 */
#define NOW INT64_C(1780272000)   /* 2026-06-01 */
#define DAY INT64_C(86400)        /* seconds */

enum key_kind {
    KEY_P256,
    KEY_P384,
    KEY_P521,
    KEY_P224,
    KEY_ED25519,
    KEY_ED448,
    KEY_RSA,
    KEY_RSA_PSS,
    KEY_RSA_1024,
    KEY_KINDS
};

#define KEYS_OF_A_KIND 3

/* The same key each time that `which` is the same, below KEYS_OF_A_KIND. */
gnutls_x509_privkey_t make_key(enum key_kind kind, unsigned which);

gnutls_pubkey_t make_rsa_pubkey(struct span modulus, struct span exponent);
gnutls_pubkey_t make_ecc_pubkey(gnutls_ecc_curve_t curve, struct span x, struct span y);

struct extension_plan {
    const char *oid; /* NULL: none */
    struct span value;
    bool critical;
};

/* What a certificate is made of; zero is an end entity's without names, signed by itself. */
struct cert_plan {
    const char *name;   /* CN of the subject */
    const char *serial; /* text used as bytes; NULL: "\1" */
    gnutls_x509_privkey_t key;
    gnutls_pubkey_t pubkey; /* in place of the public half of `key` */
    gnutls_x509_crt_t issuer;
    gnutls_x509_privkey_t issuer_key;
    gnutls_digest_algorithm_t digest; /* 0: SHA-256 */
    unsigned version;                 /* 0: 3 */
    bool ca;
    unsigned path_len_plus_1; /* 0: no limit */
    unsigned usage;           /* GNUTLS_KEY_*; 0: no keyUsage */
    const char *dns[3], *uri, *email, *purpose[2];
    int64_t begin, end; /* 0: BEGIN, END */
    struct extension_plan extensions[3];
};

gnutls_x509_crt_t make_cert(const struct cert_plan *plan);

/* The same, but NULL if GnuTLS does not read what it wrote. */
gnutls_x509_crt_t make_strange_cert(const struct cert_plan *plan);

/* A CA with keyCertSign, P-256 and its own key's number; `issuer` NULL: a root. */
gnutls_x509_crt_t make_ca(const char *name, unsigned key, gnutls_x509_crt_t issuer,
                          unsigned issuer_key);

/* An end entity of that CA (P-256 key `issuer_key`) with the dNSName issuer.example. */
struct cert_plan plan_signer(gnutls_x509_privkey_t key, gnutls_x509_crt_t issuer,
                             unsigned issuer_key);

/* A chain that borrows the certificates: not for untrusted_chain_free(). */
struct untrusted_chain make_chain(unsigned count, ...);

/* trust_path() of a chain that borrows. */
enum status make_path(const struct untrusted_chain *chain, const struct issuer_rules *issuer,
                      const struct anchor_source *source, int64_t now, struct trusted_path **path,
                      struct report *report);

struct memory_anchors {
    gnutls_x509_crt_t certs[ANCHORS_MAX];
    unsigned count;
    unsigned calls;
    unsigned fail_at;    /* the n-th call fails; 0: none */
    enum status failure; /* what it returns then */
    bool careless;       /* finds all, whatever the subject */
};

struct anchor_source make_source(struct memory_anchors *anchors);

/* DER of a certificate, owned by the caller. */
gnutls_datum_t cert_der(gnutls_x509_crt_t cert);

void make_free_all(void);

#endif
