/* SPDX-License-Identifier: BSD-3-Clause */
/* The signature algorithms of RFC 7518 section 3, RFC 8037, RFC 9864. No HMAC and no none here. */
#ifndef PAM_JWT_ALG_H
#define PAM_JWT_ALG_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "span.h"

struct alg;

/* The algorithm of that exact name; NULL if there is none. */
const struct alg *alg_find(struct span name);

/* The n-th algorithm, NULL after the last: for lists in messages and tests. */
const struct alg *alg_at(size_t index);

const char *alg_name(const struct alg *alg);

/*
 * Whether a key of this type and curve may be used with the algorithm. `curve` is
 * GNUTLS_ECC_CURVE_INVALID for RSA keys. The GnuTLS signature algorithm to verify with goes to
 * `*sign`.
 */
bool alg_fits_key(const struct alg *alg, gnutls_pk_algorithm_t key, gnutls_ecc_curve_t curve,
                  gnutls_sign_algorithm_t *sign);

/*
 * Length in bytes of the JWS signature: ECDSA 2 * field size, EdDSA 64 or 114, RSA the modulus.
 * `key_bits` is the modulus size of an RSA key.
 */
size_t alg_signature_size(gnutls_sign_algorithm_t sign, unsigned key_bits);

/* Whether the JWS signature is r || s (RFC 7518 section 3.4) and not what GnuTLS expects. */
bool alg_is_ecdsa(gnutls_sign_algorithm_t sign);

#endif
