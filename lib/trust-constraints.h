/* SPDX-License-Identifier: BSD-3-Clause */
/* Extensions that GnuTLS ignores or misjudges: a path that carries one is refused. */
#ifndef PAM_JWT_TRUST_CONSTRAINTS_H
#define PAM_JWT_TRUST_CONSTRAINTS_H

#include <gnutls/x509.h>

#include "report.h"

/*
 * unsupported-constraint for policyConstraints, inhibitAnyPolicy, name constraints of other kinds
 * than dNSName, rfc822Name and iPAddress, an unknown critical extension, an extension that occurs
 * twice, or more than 32 extensions.
 */
enum status trust_constraints_check(gnutls_x509_crt_t cert, unsigned which, struct report *report);

/* Whether the certificate has name constraints, or what looks like them. */
bool trust_constraints_on_names(gnutls_x509_crt_t cert);

#endif
