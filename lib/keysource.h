/* SPDX-License-Identifier: BSD-3-Clause */
/* From a token's header to the certificates it carries: nothing in them is trusted yet. */
#ifndef PAM_JWT_KEYSOURCE_H
#define PAM_JWT_KEYSOURCE_H

#include <gnutls/x509.h>

#include "report.h"
#include "rules.h"
#include "token.h"

#define CHAIN_MAX 8 /* certificates */

struct untrusted_chain {
    gnutls_x509_crt_t certs[CHAIN_MAX]; /* owned; the signer first */
    unsigned count;
};

/*
 * Uses the first of the issuer's key_sources that the header carries; every other member that names
 * a key must agree with it (key-mismatch, thumbprint-mismatch), an unused kid, jku or x5u is
 * ignored. Only x5c exists so far: standard base64 of one DER certificate an element, nothing
 * behind it.
 */
enum status keysource_chain(const struct token *token, const struct issuer_rules *issuer,
                            struct untrusted_chain *chain, struct report *report);

/*
 * The same from certificates in DER that came without a token. More than CHAIN_MAX, none, or one
 * that is no certificate: refused before, or while, any is read.
 */
enum status keysource_certificates(const struct span *certificates, size_t count,
                                   struct untrusted_chain *chain, struct report *report);

void keysource_free(struct untrusted_chain *chain);
#define UNTRUSTED_CHAIN_CLEANUP __attribute__((cleanup(keysource_free)))

#endif
