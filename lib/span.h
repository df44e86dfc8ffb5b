/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes that belong to somebody else: pointer and length, never NUL-terminated. */
#ifndef PAM_JWT_SPAN_H
#define PAM_JWT_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
    const unsigned char *ptr;
    size_t len;
};

static inline struct span span_of(const void *ptr, size_t len)
{
    return (struct span){ptr, len};
}

static inline struct span span_text(const char *text)
{
    return (struct span){(const unsigned char *)text, text ? strlen(text) : 0};
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool span_has(struct span whole, struct span part)
{
    return part.len == 0 ||
           (whole.len > 0 && memmem(whole.ptr, whole.len, part.ptr, part.len) != NULL);
}

/* A big-endian number without its leading zero bytes. */
static inline struct span span_number(struct span bytes)
{
    while (bytes.len > 0 && bytes.ptr[0] == 0)
        bytes = span_of(bytes.ptr + 1, bytes.len - 1);
    return bytes;
}

#endif
