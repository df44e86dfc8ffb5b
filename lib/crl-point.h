/* SPDX-License-Identifier: BSD-3-Clause */
/* issuingDistributionPoint of a CRL (RFC 5280 section 5.2.5) against a certificate. */
#ifndef PAM_JWT_CRL_POINT_H
#define PAM_JWT_CRL_POINT_H

#include "crl-form.h"
#include "x509-cert.h"

/* As crl_scope_check(); `value` is the extension's. */
bool crl_point_check(struct span value, const struct x509_party *cert, struct crl_doubt *doubt,
                     struct evidence *evidence);

#endif
