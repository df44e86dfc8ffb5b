/* SPDX-License-Identifier: BSD-3-Clause */
/* For revocation.c and known-key.c alone: who can make a trusted key decides who may log in. */
#ifndef PAM_JWT_TRUSTED_KEY_MAKE_H
#define PAM_JWT_TRUSTED_KEY_MAKE_H

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdbool.h>

#define TRUSTED_KEY_NAME_SIZE 129 /* 64 bytes of a serial number in hexadecimal, NUL */

struct trusted_key {
    gnutls_pubkey_t pubkey; /* owned */
    char name[TRUSTED_KEY_NAME_SIZE];
    const char *revocation;  /* a constant */
    struct fetch_plan *plan; /* owned; NULL: nothing is to be fetched */
};

/* With a fresh pubkey; NULL: out of memory. */
struct trusted_key *trusted_key_new(void);

/* False if the certificate has none, or a longer one than RFC 5280 section 4.1.2.2 allows. */
bool trusted_key_name_serial(struct trusted_key *key, gnutls_x509_crt_t cert);

#endif
