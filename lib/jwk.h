/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON Web Keys (RFC 7517), public ones only. */
#ifndef PAM_JWT_JWK_H
#define PAM_JWT_JWK_H

#include <gnutls/abstract.h>

#include "json.h"

/*
 * Whether `jwk` is a well-formed public RSA, EC or OKP key equal to `key`, compared by type, curve
 * and numbers. A JWK with private or symmetric members is never equal.
 */
bool jwk_equals_key(struct json_object *jwk, gnutls_pubkey_t key);

#endif
