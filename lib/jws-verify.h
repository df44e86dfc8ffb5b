/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The JWS signature (RFC 7515 section 5.2) under a public key. What it accepts is not thereby
 * trusted: signature.c wants a trusted key, and alone makes signed claims.
 */
#ifndef PAM_JWT_JWS_VERIFY_H
#define PAM_JWT_JWS_VERIFY_H

#include "jws.h"

/* bad-key if `alg` is none for this key, bad-signature, system-policy. */
enum status jws_verify(const struct jws *jws, gnutls_pubkey_t key, struct report *report);

#endif
