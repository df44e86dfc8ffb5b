/* SPDX-License-Identifier: BSD-3-Clause */
/* authorityKeyIdentifier (RFC 5280 section 4.2.1.1) against the certificate that it must mean. */
#ifndef PAM_JWT_X509_AUTHORITY_H
#define PAM_JWT_X509_AUTHORITY_H

#include "x509-cert.h"

/* `value` is the extension's. Whatever it names must be the issuer's. */
bool x509_authority_is(struct span value, const struct x509_party *issuer);

#endif
