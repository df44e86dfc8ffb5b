/* SPDX-License-Identifier: BSD-3-Clause */
/* Who signed an OCSP response, and whether he may (RFC 6960 section 4.2.2.2). */
#ifndef PAM_JWT_OCSP_RESPONDER_H
#define PAM_JWT_OCSP_RESPONDER_H

#include "ocsp-form.h"
#include "x509-cert.h"

/*
 * True if it is signed by the issuer, or by a responder whose certificate is in the response, made
 * by this issuer for that purpose, never revoked, and not `cert`, the one in question. A list of
 * trusted responders does not exist.
 */
bool ocsp_responder_check(const struct ocsp_response *response, const struct x509_party *cert,
                          const struct x509_party *issuer, int64_t now, struct evidence *evidence);

#endif
