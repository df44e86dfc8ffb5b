/* SPDX-License-Identifier: BSD-3-Clause */
#include "steps.h"

#include <stdio.h>

#define LINE_MAX_BYTES (4 * REPORT_DETAIL_MAX + 64)

static void escape(const char *text, char *out, size_t size)
{
    size_t len = 0;

    for (; *text && len + 5 < size; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte < ' ' || byte == 0x7f)
            len += (size_t)snprintf(out + len, size - len, "\\x%02x", byte);
        else
            out[len++] = *text;
    }
    out[len] = '\0';
}

void steps_add(void *context, const char *step, enum status status, const char *detail)
{
    struct steps *steps = context;
    char escaped[4 * REPORT_DETAIL_MAX + 1], line[LINE_MAX_BYTES];
    int len;

    escape(detail, escaped, sizeof(escaped));
    len = snprintf(line, sizeof(line), "%s\t%s\t%s\n", step, status_slug(status), escaped);
    if (len <= 0 || (size_t)len >= sizeof(line) || (size_t)len > sizeof(steps->text) - steps->len)
        return;
    memcpy(steps->text + steps->len, line, (size_t)len);
    steps->len += (size_t)len;
}
