/* SPDX-License-Identifier: BSD-3-Clause */
#include "der.h"

#define LENGTH_BYTES_MAX 4 /* 4 GiB: more than any CRL holds */

/* The length behind the tag; `*used` bytes long. X.690 section 10.1: the shortest form */
static bool take_length(struct span text, size_t *len, size_t *used)
{
    size_t count;

    if (text.len < 1)
        return false;
    *len = text.ptr[0];
    *used = 1;
    if (*len < 0x80)
        return true;
    count = *len & 0x7f;
    if (count < 1 || count > LENGTH_BYTES_MAX || text.len < 1 + count || text.ptr[1] == 0)
        return false;
    *len = 0;
    for (size_t i = 1; i <= count; i++)
        *len = *len << 8 | text.ptr[i];
    *used = 1 + count;
    return *len >= 0x80;
}

bool der_take(struct span *rest, unsigned *tag, struct span *content)
{
    size_t len, used;

    /* X.690 section 8.1.2.4: 31 begins a tag of more than one byte */
    if (rest->len < 2 || (rest->ptr[0] & 0x1f) == 0x1f ||
        !take_length(span_of(rest->ptr + 1, rest->len - 1), &len, &used) ||
        len > rest->len - 1 - used)
        return false;
    *tag = rest->ptr[0];
    *content = span_of(rest->ptr + 1 + used, len);
    *rest = span_of(rest->ptr + 1 + used + len, rest->len - 1 - used - len);
    return true;
}
