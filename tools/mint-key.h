/* SPDX-License-Identifier: BSD-3-Clause */
/* The key and the certificates that `pam-jwt mint` signs with. Failures are explained on stderr. */
#ifndef PAM_JWT_MINT_KEY_H
#define PAM_JWT_MINT_KEY_H

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "../lib/alg.h"

struct mint_key {
    gnutls_privkey_t private_key; /* owned, likewise below */
    gnutls_pubkey_t public_key;
    gnutls_sign_algorithm_t sign;
};

/* Reads a PEM file, PKCS #8 or traditional, not encrypted. False: unreadable, or not a key for
 * `alg`. */
bool mint_key_load(const char *path, const struct alg *alg, struct mint_key *key);

/* The JWS signature of `input` in base64url; malloc'd, NULL on failure. */
char *mint_key_sign(const struct mint_key *key, struct span input);

void mint_key_free(struct mint_key *key);
#define MINT_KEY_CLEANUP __attribute__((cleanup(mint_key_free)))

struct mint_chain {
    gnutls_x509_crt_t *certs; /* owned; in the order of the file */
    unsigned count;
};

bool mint_chain_load(const char *path, struct mint_chain *chain);

/* Whether the first certificate holds the key. */
bool mint_chain_fits(const struct mint_chain *chain, const struct mint_key *key);

void mint_chain_free(struct mint_chain *chain);
#define MINT_CHAIN_CLEANUP __attribute__((cleanup(mint_chain_free)))

#endif
