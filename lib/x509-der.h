/* SPDX-License-Identifier: BSD-3-Clause */
/* The types of DER that an OCSP response is made of. */
#ifndef PAM_JWT_X509_DER_H
#define PAM_JWT_X509_DER_H

#include <stdint.h>

#include "evidence.h"

#define X509_INTEGER 0x02u
#define X509_BIT_STRING 0x03u
#define X509_OCTET_STRING 0x04u
#define X509_NULL 0x05u
#define X509_OID 0x06u
#define X509_ENUMERATED 0x0au
#define X509_TIME 0x18u
#define X509_CHOICE(number) (0xa0u | (number)) /* [number], constructed */

/* AlgorithmIdentifier (RFC 5280 section 4.1.1.2) */
struct x509_algorithm {
    struct span oid;
    struct span parameters; /* with tag and length; empty if there are none */
};

/* Says why the status stays unknown; false, so that a refusal is one line. */
bool evidence_refuse(struct evidence *evidence, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The content of the next element, which must have that tag; false, and `rest` left alone, if not.
 */
bool x509_take(struct span *rest, unsigned tag, struct span *content);

/* The same, with tag and length. */
bool x509_take_whole(struct span *rest, unsigned tag, struct span *whole);

/* The same, but the only one: nothing may follow it. */
bool x509_take_only(struct span rest, unsigned tag, struct span *content);

bool x509_next_is(struct span rest, unsigned tag);

bool x509_take_integer(struct span *rest, struct span *content);
bool x509_take_bits(struct span *rest, struct span *bits); /* whole bytes only */
bool x509_take_algorithm(struct span *rest, struct x509_algorithm *algorithm);

/* `seconds` since the epoch; `text` may be NULL. */
bool x509_take_time(struct span *rest, int64_t *seconds, struct span *text);

/* The content of Extensions; `*critical`: whether one is critical. */
bool x509_read_extensions(struct span list, bool *critical);

/* Whether there are none, or NULL. */
bool x509_no_parameters(const struct x509_algorithm *algorithm);

#endif
