/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PAM_JWT_JWKS_URL_H
#define PAM_JWT_JWKS_URL_H

#include "rules.h"

/*
 * What is asked for the issuer's JWK Set, and what its copy in the cache is named after: jwks_uri,
 * or with discovery = yes the address of the issuer's metadata (OpenID Connect Discovery section
 * 4.1). Owned by the caller. NULL: neither is configured, or no memory; errno is 0 for the former.
 */
char *jwks_url(const struct issuer_rules *issuer);

#endif
