/* SPDX-License-Identifier: BSD-3-Clause */
#include "thumbprint.h"

#include <stdio.h>

#include "base64url.h"

#define SHA1_SIZE 20
#define SHA256_SIZE 32
#define TEXT_MAX (4 * THUMBPRINT_MAX) /* base64 of hexadecimal, with padding */

static int hex_digit(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_hex(struct span text, size_t size, unsigned char *out)
{
    if (text.len != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = hex_digit(text.ptr[2 * i]), low = hex_digit(text.ptr[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

static void replace(char *text, size_t len, char from, char to)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] == from)
            text[i] = to;
}

/* Either alphabet, with or without padding, in `out` of TEXT_MAX bytes. */
static bool read_base64(struct span text, unsigned char *out, size_t *len)
{
    char url[TEXT_MAX];

    if (text.len > sizeof(url))
        return false;
    for (int pad = 0; pad < 2 && text.len > 0 && text.ptr[text.len - 1] == '='; pad++)
        text.len--;
    if (text.len > 0)
        memcpy(url, text.ptr, text.len);
    replace(url, text.len, '+', '-');
    replace(url, text.len, '/', '_');
    return base64url_decode(span_of(url, text.len), out, len);
}

bool thumbprint_read(struct span text, size_t size, struct thumbprint *out)
{
    unsigned char bytes[TEXT_MAX];
    size_t len = 0;

    *out = (struct thumbprint){.len = size};
    if (read_hex(text, size, out->bytes))
        return true;
    if (read_base64(text, bytes, &len) && len == size)
        memcpy(out->bytes, bytes, size);
    else if (len == 0 || !read_hex(span_of(bytes, len), size, out->bytes))
        out->len = 0;
    return out->len > 0;
}

bool thumbprint_of(gnutls_x509_crt_t cert, size_t size, struct thumbprint *out)
{
    gnutls_digest_algorithm_t digest = size == SHA1_SIZE ? GNUTLS_DIG_SHA1 : GNUTLS_DIG_SHA256;

    *out = (struct thumbprint){.len = THUMBPRINT_MAX};
    if (gnutls_x509_crt_get_fingerprint(cert, digest, out->bytes, &out->len) < 0)
        out->len = 0;
    return out->len == size;
}

bool thumbprint_equal(const struct thumbprint *a, const struct thumbprint *b)
{
    return a->len > 0 && span_equal(span_of(a->bytes, a->len), span_of(b->bytes, b->len));
}

static bool agrees(struct json_object *members, const char *name, size_t size,
                   gnutls_x509_crt_t cert)
{
    struct thumbprint named, own;
    struct span text;

    return !json_has(members, name) ||
           (json_string(json_member(members, name), &text) && thumbprint_read(text, size, &named) &&
            thumbprint_of(cert, size, &own) && thumbprint_equal(&named, &own));
}

bool thumbprints_agree(struct json_object *members, gnutls_x509_crt_t cert, const char **name)
{
    *name = "x5t";
    if (!agrees(members, *name, SHA1_SIZE, cert))
        return false;
    *name = "x5t#S256";
    return agrees(members, *name, SHA256_SIZE, cert);
}

/* `text` or its base64 is in `whole`. */
static bool is_in(struct span text, bool as_it_is, struct span whole)
{
    char encoded[TEXT_MAX];

    if (as_it_is && span_has(whole, text))
        return true;
    (void)base64url_encode(text, encoded);
    if (span_has(whole, span_text(encoded)))
        return true;
    /* without the padding, which may be left out */
    replace(encoded, strlen(encoded), '-', '+');
    replace(encoded, strlen(encoded), '_', '/');
    return span_has(whole, span_text(encoded));
}

bool thumbprint_is_in(const struct thumbprint *thumbprint, struct span text)
{
    char lower[2 * THUMBPRINT_MAX + 1], upper[2 * THUMBPRINT_MAX + 1];

    for (size_t i = 0; i < thumbprint->len; i++) {
        (void)snprintf(lower + 2 * i, 3, "%02x", thumbprint->bytes[i]);
        (void)snprintf(upper + 2 * i, 3, "%02X", thumbprint->bytes[i]);
    }
    return is_in(span_of(thumbprint->bytes, thumbprint->len), false, text) ||
           is_in(span_of(lower, 2 * thumbprint->len), true, text) ||
           is_in(span_of(upper, 2 * thumbprint->len), true, text);
}
