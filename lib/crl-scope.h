/* SPDX-License-Identifier: BSD-3-Clause */
/* Which certificates a CRL is about: its issuer's, and what its extensions say. */
#ifndef PAM_JWT_CRL_SCOPE_H
#define PAM_JWT_CRL_SCOPE_H

#include "crl-form.h"
#include "x509-cert.h"

/* False with a detail if another issued the CRL, or the issuer may not. */
bool crl_issuer_check(const struct crl *crl, const struct x509_party *cert,
                      const struct x509_party *issuer, struct evidence *evidence);

/*
 * Of a CRL that the issuer signed. False with a detail if it is not about this certificate; `doubt`
 * is noted if it is, but may be incomplete.
 */
bool crl_scope_check(const struct crl *crl, const struct x509_party *cert,
                     const struct x509_party *issuer, struct crl_doubt *doubt,
                     struct evidence *evidence);

#endif
