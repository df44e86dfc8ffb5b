/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON Web Keys (RFC 7517), public ones only. */
#ifndef PAM_JWT_JWK_H
#define PAM_JWT_JWK_H

#include <gnutls/abstract.h>

#include "alg.h"
#include "json.h"

/*
 * Imports a well-formed public RSA, EC or OKP key into `key`, which is fresh. False, and `key` of
 * no use, for anything else, and for a JWK with private or symmetric members. Nothing is said about
 * the strength of the key.
 */
bool jwk_import(struct json_object *jwk, gnutls_pubkey_t key);

/* Whether use, key_ops and alg of the JWK, where present, let it verify signatures of `alg`. */
bool jwk_serves(struct json_object *jwk, const struct alg *alg);

/*
 * Whether `jwk` can be imported and equals `key`, compared by type, curve and numbers.
 */
bool jwk_equals_key(struct json_object *jwk, gnutls_pubkey_t key);

#endif
