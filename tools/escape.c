/* SPDX-License-Identifier: BSD-3-Clause */
#include "escape.h"

#include <stdint.h>

#define REPLACEMENT 0xfffd

void escape_text(struct span text, FILE *out)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = text.ptr[i];

        if (byte >= 0x20 && byte < 0x7f)
            fputc(byte, out);
        else
            fprintf(out, "\\x%02x", byte);
    }
}

/* Shape of UTF-8 sequences by their first byte, and the smallest code point that needs the length.
 */
static const struct {
    unsigned char mask, lead;
    size_t length;
    uint32_t min;
} shapes[] = {
    {0x80, 0x00, 1, 0x0},
    {0xe0, 0xc0, 2, 0x80},
    {0xf0, 0xe0, 3, 0x800},
    {0xf8, 0xf0, 4, 0x10000},
};

static size_t decode_shape(struct span text, size_t shape, uint32_t *point)
{
    *point = text.ptr[0] & (unsigned char)~shapes[shape].mask;
    for (size_t i = 1; i < shapes[shape].length; i++) {
        if (i == text.len || (text.ptr[i] & 0xc0) != 0x80) {
            *point = REPLACEMENT;
            return 1;
        }
        *point = *point << 6 | (text.ptr[i] & 0x3f);
    }
    if (*point < shapes[shape].min || *point > 0x10ffff || (*point >= 0xd800 && *point < 0xe000)) {
        *point = REPLACEMENT;
        return 1;
    }
    return shapes[shape].length;
}

/* The first code point of `text` (not empty, RFC 3629); returns the number of bytes it takes. */
static size_t decode_point(struct span text, uint32_t *point)
{
    for (size_t shape = 0; shape < sizeof(shapes) / sizeof(shapes[0]); shape++) {
        if ((text.ptr[0] & shapes[shape].mask) == shapes[shape].lead)
            return decode_shape(text, shape, point);
    }
    *point = REPLACEMENT;
    return 1;
}

static void put_point(uint32_t point, FILE *out)
{
    if (point == '"' || point == '\\') {
        fprintf(out, "\\%c", (int)point);
    } else if (point >= 0x20 && point < 0x7f) {
        fputc((int)point, out);
    } else if (point < 0x10000) {
        fprintf(out, "\\u%04x", (unsigned)point);
    } else {
        point -= 0x10000;
        fprintf(out, "\\u%04x\\u%04x", 0xd800 + (unsigned)(point >> 10),
                0xdc00 + (unsigned)(point & 0x3ff));
    }
}

void escape_json(struct span text, FILE *out)
{
    fputc('"', out);
    while (text.len > 0) {
        uint32_t point;
        size_t taken = decode_point(text, &point);

        put_point(point, out);
        text = span_of(text.ptr + taken, text.len - taken);
    }
    fputc('"', out);
}
