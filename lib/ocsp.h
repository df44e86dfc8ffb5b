/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * OCSP (RFC 6960, RFC 5019): the request for a certificate, and what a response says of it. Nothing
 * is asked of the network here.
 */
#ifndef PAM_JWT_OCSP_H
#define PAM_JWT_OCSP_H

#include "evidence.h"

/*
 * `der` is one OCSPResponse. Good only if it is whole, signed by the issuer of the path or by its
 * delegate, current, and every entry for the certificate says good. Revoked, so signed, counts even
 * when it is no longer current, but for certificateHold and removeFromCRL.
 */
void ocsp_look_up(struct span der, const struct evidence_question *question,
                  struct evidence *evidence);

/*
 * DER of an OCSPRequest for `cert`: SHA-1, no nonce. Returns its length; 0 if it does not fit into
 * `size` bytes, or cannot be made.
 */
size_t ocsp_request(gnutls_x509_crt_t cert, gnutls_x509_crt_t issuer, unsigned char *out,
                    size_t size);

#endif
