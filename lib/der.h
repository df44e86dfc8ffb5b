/* SPDX-License-Identifier: BSD-3-Clause */
/* DER (X.690), as far as certificates are read without GnuTLS. */
#ifndef PAM_JWT_DER_H
#define PAM_JWT_DER_H

#include "span.h"

#define DER_SEQUENCE 0x30u

/*
 * Takes one element off the front of `rest`: its tag of one byte and its content. False, and `rest`
 * left alone, if there is no whole element, or its length is not in the shortest form.
 */
bool der_take(struct span *rest, unsigned *tag, struct span *content);

#endif
