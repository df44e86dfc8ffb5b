/* SPDX-License-Identifier: BSD-3-Clause */
/* The types of DER that certificates, CRLs and OCSP responses are made of. */
#ifndef PAM_JWT_X509_DER_H
#define PAM_JWT_X509_DER_H

#include "span.h"

#define X509_INTEGER 0x02u
#define X509_BIT_STRING 0x03u
#define X509_OCTET_STRING 0x04u
#define X509_NULL 0x05u
#define X509_OID 0x06u
#define X509_ENUMERATED 0x0au
#define X509_CHOICE(number) (0xa0u | (number)) /* [number], constructed */

/* AlgorithmIdentifier (RFC 5280 section 4.1.1.2) */
struct x509_algorithm {
    struct span oid;
    struct span parameters; /* with tag and length; empty if there are none */
};

/* As der_take_tag(), but with tag and length. */
bool x509_take_whole(struct span *rest, unsigned tag, struct span *whole);

/* As der_take_tag(), but nothing may follow it. */
bool x509_take_only(struct span rest, unsigned tag, struct span *content);

bool x509_next_is(struct span rest, unsigned tag);

bool x509_take_integer(struct span *rest, struct span *content);
bool x509_take_bits(struct span *rest, struct span *bits); /* whole bytes only */
bool x509_take_algorithm(struct span *rest, struct x509_algorithm *algorithm);

/* Whether there are none, or NULL. */
bool x509_no_parameters(const struct x509_algorithm *algorithm);

struct x509_extension {
    struct span oid; /* content */
    struct span value;
    bool critical;
};

bool x509_take_extension(struct span *list, struct x509_extension *extension);

/* Whether there are some, all can be read, and none occurs twice. `*critical`, which may be NULL,
 * is set if one is. */
bool x509_extensions_readable(struct span list, bool *critical);

#endif
