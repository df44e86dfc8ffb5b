/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Thumbprints of certificates, as x5t and x5t#S256 name them. They only choose a certificate, and
 * the signature decides, so that forms which issuers really write are read, too.
 */
#ifndef PAM_JWT_THUMBPRINT_H
#define PAM_JWT_THUMBPRINT_H

#include <gnutls/x509.h>

#include "json.h"

#define THUMBPRINT_MAX 32 /* bytes */

struct thumbprint {
    unsigned char bytes[THUMBPRINT_MAX];
    size_t len; /* 20: SHA-1, 32: SHA-256; 0: none */
};

/*
 * `size` bytes in base64url or base64, with padding or without; in hexadecimal; or in base64url or
 * base64 of hexadecimal. False for anything else.
 */
bool thumbprint_read(struct span text, size_t size, struct thumbprint *out);

bool thumbprint_of(gnutls_x509_crt_t cert, size_t size, struct thumbprint *out);

bool thumbprint_equal(const struct thumbprint *a, const struct thumbprint *b);

/* Whether x5t and x5t#S256 of a header or JWK, where present, are those of the certificate; else
 * `*name` is the one that is not. */
bool thumbprints_agree(struct json_object *members, gnutls_x509_crt_t cert, const char **name);

/*
 * Whether a JWK with this thumbprint has it in its text in one of the forms that issuers write; not
 * so if it is escaped, or in hexadecimal of mixed case.
 */
bool thumbprint_is_in(const struct thumbprint *thumbprint, struct span text);

#endif
