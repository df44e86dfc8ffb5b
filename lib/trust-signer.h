/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a certificate may sign the tokens of an issuer, whoever issued it. */
#ifndef PAM_JWT_TRUST_SIGNER_H
#define PAM_JWT_TRUST_SIGNER_H

#include <gnutls/x509.h>

#include "report.h"
#include "rules.h"

/*
 * X.509 v3, not a CA, keyUsage (if present) with one of signer_key_usage, one of signer_eku (if
 * set), and a name: one of signer_names equals a dNSName, whole and without regard to ASCII case,
 * or the issuer equals a URI name byte for byte. "*" in signer_names allows any name. A CN counts
 * for nothing.
 */
enum status trust_signer_check(gnutls_x509_crt_t signer, const struct issuer_rules *issuer,
                               bool names_constrained, struct report *report);

#endif
