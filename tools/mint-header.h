/* SPDX-License-Identifier: BSD-3-Clause */
/* Header members that `pam-jwt mint` makes of certificates and keys: JSON text, malloc'd, NULL on
 * failure. */
#ifndef PAM_JWT_MINT_HEADER_H
#define PAM_JWT_MINT_HEADER_H

#include "mint-key.h"

/* x5c, RFC 7515 section 4.1.6: an array of base64 DER. */
char *mint_header_x5c(const struct mint_chain *chain);

/* x5t or x5t#S256, RFC 7515 sections 4.1.7 and 4.1.8: thumbprint of the first certificate. */
char *mint_header_thumbprint(const struct mint_chain *chain, gnutls_digest_algorithm_t hash);

/* jwk, RFC 7517: the public key; with `chain`, its x5c holds that. */
char *mint_header_jwk(const struct mint_key *key, const struct mint_chain *chain);

#endif
