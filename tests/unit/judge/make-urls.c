/* SPDX-License-Identifier: BSD-3-Clause */
#include "make-urls.h"

struct span make_point(const char *url)
{
    return DER(0x30, DER(0xa0, DER(0xa0, DER(0x86, span_text(url)))));
}

struct span make_access(const char *url)
{
    return DER(0x30, DER(0x06, BYTES("\x2b\x06\x01\x05\x05\x07\x30\x01")),
               DER(0x86, span_text(url)));
}
