/* SPDX-License-Identifier: BSD-3-Clause */
/* A signature as X.509 writes it down, under the key of one certificate. */
#ifndef PAM_JWT_X509_SIGNATURE_H
#define PAM_JWT_X509_SIGNATURE_H

#include "evidence.h"
#include "x509-cert.h"

/* Made with SHA-2 or EdDSA. `what` is what the detail calls that which is signed. */
bool x509_signature_verify(gnutls_x509_crt_t signer, const struct x509_algorithm *algorithm,
                           struct span data, struct span signature, const char *what,
                           struct evidence *evidence);

#endif
