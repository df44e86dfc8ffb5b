/* SPDX-License-Identifier: BSD-3-Clause */
#include "pem.h"

#include <stdio.h>

/* Where it is, at the beginning of a line; text.len: nowhere. */
static size_t find_line(struct span text, size_t from, const char *mark)
{
    size_t len = strlen(mark);

    while (from < text.len) {
        const unsigned char *found = memmem(text.ptr + from, text.len - from, mark, len);

        if (!found)
            break;
        if (found == text.ptr || found[-1] == '\n')
            return (size_t)(found - text.ptr);
        from = (size_t)(found - text.ptr) + 1;
    }
    return text.len;
}

bool pem_holds_any(struct span text)
{
    return find_line(text, 0, "-----BEGIN ") < text.len;
}

enum pem_found pem_next(struct pem_reader *reader, const char *label, struct span *block)
{
    const struct span text = reader->text;
    char begin[64], end[64];
    size_t first, last;

    (void)snprintf(begin, sizeof(begin), "-----BEGIN %s-----", label);
    (void)snprintf(end, sizeof(end), "-----END %s-----", label);
    first = find_line(text, reader->next, begin);
    last = find_line(text, first, end);
    reader->next = last < text.len ? last + strlen(end) : text.len;
    if (first == text.len)
        return PEM_NONE;
    *block = span_of(text.ptr + first, reader->next - first);
    return last < text.len ? PEM_BLOCK : PEM_NO_END;
}
