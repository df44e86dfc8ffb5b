/* SPDX-License-Identifier: BSD-3-Clause */
/* What a CRL (RFC 5280 section 5) says of a certificate, by a walk over its bytes. */
#ifndef PAM_JWT_CRL_H
#define PAM_JWT_CRL_H

#include "evidence.h"

/*
 * `der` is one CertificateList. Good only if it is whole, signed by the issuer of the path,
 * current, complete for this certificate, and understood. An entry counts as revoked even in a list
 * that is not current, not complete or not readable behind it, but for certificateHold and
 * removeFromCRL; not in one of another issuer or scope.
 */
void crl_look_up(struct span der, const struct evidence_question *question,
                 struct evidence *evidence);

#endif
