/* SPDX-License-Identifier: BSD-3-Clause */
#include "base64url.h"

#include <stdint.h>

static const char url_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char plain_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* -1: not in the alphabet, whose last two characters are c62 and c63. */
static int digit(unsigned char c, unsigned char c62, unsigned char c63)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == c62)
        return 62;
    return c == c63 ? 63 : -1;
}

static bool decode(struct span text, const char *alphabet, unsigned char *out, size_t *out_len)
{
    const unsigned char c62 = (unsigned char)alphabet[62], c63 = (unsigned char)alphabet[63];
    uint32_t bits = 0;
    unsigned have = 0;
    size_t n = 0;

    if (text.len % 4 == 1)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        int value = digit(text.ptr[i], c62, c63);

        if (value < 0)
            return false;
        bits = (bits << 6 | (uint32_t)value) & 0xffff;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (unsigned char)(bits >> have);
        }
    }
    /* RFC 4648 section 3.5: bits that carry nothing are zero */
    if ((bits & ((1u << have) - 1)) != 0)
        return false;
    *out_len = n;
    return true;
}

bool base64url_decode(struct span text, unsigned char *out, size_t *out_len)
{
    return decode(text, url_alphabet, out, out_len);
}

bool base64_decode(struct span text, unsigned char *out, size_t *out_len)
{
    /* RFC 4648 section 3.2: padding to a multiple of four */
    if (text.len % 4 != 0)
        return false;
    for (int pad = 0; pad < 2 && text.len > 0 && text.ptr[text.len - 1] == '='; pad++)
        text.len--;
    return decode(text, plain_alphabet, out, out_len);
}

static size_t encode(struct span bytes, const char *alphabet, char *out)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t n = 0;

    for (size_t i = 0; i < bytes.len; i++) {
        bits = (bits << 8 | bytes.ptr[i]) & 0xffff;
        for (have += 8; have >= 6;) {
            have -= 6;
            out[n++] = alphabet[bits >> have & 63];
        }
    }
    if (have > 0)
        out[n++] = alphabet[bits << (6 - have) & 63];
    out[n] = '\0';
    return n;
}

size_t base64url_encode(struct span bytes, char *out)
{
    return encode(bytes, url_alphabet, out);
}

size_t base64_encode(struct span bytes, char *out)
{
    size_t n = encode(bytes, plain_alphabet, out);

    while (n % 4 != 0)
        out[n++] = '=';
    out[n] = '\0';
    return n;
}
