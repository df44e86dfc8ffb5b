/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON Web Keys (RFC 7517), public ones only. */
#ifndef PAM_JWT_JWK_H
#define PAM_JWT_JWK_H

#include <gnutls/abstract.h>

#include "alg.h"
#include "json.h"
#include "report.h"

/*
 * Imports a well-formed public RSA, EC or OKP key into `key`, which is fresh. False, and `key` of
 * no use, for anything else, and for a JWK with private or symmetric members. Nothing is said about
 * the strength of the key.
 */
bool jwk_import(struct json_object *jwk, gnutls_pubkey_t key);

/* Whether use, key_ops and alg of the JWK, where present, let it verify signatures of `alg`. */
bool jwk_serves(struct json_object *jwk, const struct alg *alg);

/* Both; bad-key says which of them fails, `name` is what the detail calls the JWK. */
enum status jwk_import_for(struct json_object *jwk, const struct alg *alg, const char *name,
                           gnutls_pubkey_t key, struct report *report);

/* By type, curve and numbers. */
bool jwk_keys_equal(gnutls_pubkey_t a, gnutls_pubkey_t b);

/* Whether `jwk` can be imported and equals `key`. */
bool jwk_equals_key(struct json_object *jwk, gnutls_pubkey_t key);

#define JWK_THUMBPRINT_SIZE 44 /* base64url of SHA-256, NUL */

/* RFC 7638 with SHA-256. False for a JWK that cannot be imported. */
bool jwk_thumbprint(struct json_object *jwk, char out[JWK_THUMBPRINT_SIZE]);

/* The name of a member that a JWK of the same key has, too, as the same text: n, or x. */
const char *jwk_number(struct json_object *jwk, struct span *text);

#endif
