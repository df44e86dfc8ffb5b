/* SPDX-License-Identifier: BSD-3-Clause */
/* Certificates as they come, in a header, a JWK or a file: nothing in them is trusted. */
#ifndef PAM_JWT_UNTRUSTED_CHAIN_H
#define PAM_JWT_UNTRUSTED_CHAIN_H

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "json.h"

#define CHAIN_MAX 8 /* certificates */

struct untrusted_chain {
    gnutls_x509_crt_t certs[CHAIN_MAX]; /* owned; the signer first */
    unsigned count;
};

/* Appends one certificate of DER, nothing behind it; `name` and `index` are for the detail. */
enum status untrusted_chain_add(struct untrusted_chain *chain, struct span der, const char *name,
                                unsigned index, struct report *report);

/* Appends x5c (RFC 7515 section 4.1.6): standard base64 of one DER certificate an element. */
enum status untrusted_chain_add_x5c(struct untrusted_chain *chain, struct json_object *x5c,
                                    const char *name, struct report *report);

/*
 * Makes a chain of certificates in DER. More than CHAIN_MAX, none, or one that is no certificate:
 * refused, and nothing to free.
 */
enum status untrusted_chain_of(const struct span *certificates, size_t count,
                               struct untrusted_chain *chain, struct report *report);

/*
 * Leaves the first certificate of `chain`, and moves those of `issuers` behind it, without the
 * first of them if that is the same. `issuers` is empty then.
 */
enum status untrusted_chain_set_issuers(struct untrusted_chain *chain,
                                        struct untrusted_chain *issuers, struct report *report);

/* The key of the first certificate, into a fresh one; false if it cannot be read. */
bool untrusted_chain_key(const struct untrusted_chain *chain, gnutls_pubkey_t key);

/* Whether every certificate is one of a CA. */
bool untrusted_chain_is_of_cas(const struct untrusted_chain *chain);

void untrusted_chain_free(struct untrusted_chain *chain);
#define UNTRUSTED_CHAIN_CLEANUP __attribute__((cleanup(untrusted_chain_free)))

#endif
