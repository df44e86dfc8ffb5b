/* SPDX-License-Identifier: BSD-3-Clause */
/* Strength of a public key, and of the signature of a certificate. */
#ifndef PAM_JWT_TRUST_KEY_H
#define PAM_JWT_TRUST_KEY_H

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "report.h"

/*
 * RSA of `rsa_bits_min` (0: 2048) to 8192 bits, odd modulus, odd exponent with 2 < e < 2^32, no
 * ROCA form; EC on P-256, P-384 or P-521; Ed25519 and Ed448 not of small order. weak-key otherwise,
 * bad-key for a point off its curve; `name` is what the detail calls the key.
 */
enum status trust_key_check(gnutls_pubkey_t key, unsigned rsa_bits_min, const char *name,
                            struct report *report);

/* The key of a certificate, "certificate N" in the detail; weak-key if GnuTLS does not know it. */
enum status trust_key_check_certificate(gnutls_x509_crt_t cert, unsigned rsa_bits_min,
                                        unsigned which, struct report *report);

/* Signed with SHA-2 or EdDSA: weak-key otherwise. */
enum status trust_key_check_signature(gnutls_x509_crt_t cert, unsigned which,
                                      struct report *report);

#endif
