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

/* The same, if its tag is `wanted`, of one byte. Inline, as a list may have a million elements. */
static inline bool der_take_tag(struct span *rest, unsigned wanted, struct span *content)
{
    unsigned tag;

    if (rest->len < 2 || rest->ptr[0] != wanted)
        return false;
    if (rest->ptr[1] >= 0x80)
        return der_take(rest, &tag, content);
    if (rest->ptr[1] > rest->len - 2)
        return false;
    *content = span_of(rest->ptr + 2, rest->ptr[1]);
    *rest = span_of(content->ptr + content->len, rest->len - 2 - content->len);
    return true;
}

#endif
