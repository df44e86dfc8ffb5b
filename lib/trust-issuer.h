/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a certificate may have issued the one below it: what only CA certificates must say. */
#ifndef PAM_JWT_TRUST_ISSUER_H
#define PAM_JWT_TRUST_ISSUER_H

#include <gnutls/x509.h>

#include "report.h"

/*
 * X.509 v3, basicConstraints with cA, a pathLenConstraint (if present) of at least `below`, and
 * keyUsage (if present) with keyCertSign: untrusted-chain otherwise. `below`: how many CA
 * certificates that are not self-issued are between it and the signer. `name` is what the detail
 * calls it.
 */
enum status trust_issuer_check(gnutls_x509_crt_t cert, unsigned below, const char *name,
                               struct report *report);

#endif
