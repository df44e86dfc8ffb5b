/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A mutator that knows what a token is: mostly it changes what is inside base64, a part of the
 * token or a certificate of its x5c, as random bytes would hardly get past the decoder.
 */
#include "../lib/base64url.h"
#include "fuzz.h"

#define BYTES_MAX 32768
#define CERTIFICATE_MIN 128 /* characters of base64 */

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* A range of the text. */
struct range {
    size_t begin, end;
};

static struct range find_part(const uint8_t *data, size_t size, unsigned which)
{
    struct range range = {0, size};

    for (size_t i = 0; i < size; i++) {
        if (data[i] != '.')
            continue;
        if (which-- == 0) {
            range.end = i;
            break;
        }
        range.begin = i + 1;
    }
    return range;
}

static bool is_base64(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
}

/* The `which`-th text that may be a certificate; an empty range if there is none. */
static struct range find_certificate(const uint8_t *data, size_t size, unsigned which)
{
    struct range range = {0, 0};

    for (size_t i = 0; i < size; i++) {
        size_t begin = i;

        while (i < size && is_base64(data[i]))
            i++;
        if (i - begin < CERTIFICATE_MIN)
            continue;
        range = (struct range){begin, i};
        if (which-- == 0)
            break;
    }
    return range;
}

/* Puts `text` in the place of a range; the size before if it does not fit. */
static size_t replace(uint8_t *data, size_t size, size_t max_size, struct range range,
                      struct span text)
{
    size_t behind = size - range.end;

    if (range.begin + text.len + behind > max_size)
        return size;
    memmove(data + range.begin + text.len, data + range.end, behind);
    memcpy(data + range.begin, text.ptr, text.len);
    return range.begin + text.len + behind;
}

static size_t mutate_certificate(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    static unsigned char der[BYTES_MAX];
    static char text[BASE64URL_ENCODED_MAX(BYTES_MAX)];
    struct range range = find_certificate(data, size, seed % 2);
    struct span found = span_of(data + range.begin, range.end - range.begin);
    size_t len;

    if (found.len == 0 || found.len > BYTES_MAX || !base64_decode(found, der, &len))
        return LLVMFuzzerMutate(data, size, max_size);
    len = LLVMFuzzerMutate(der, len, sizeof(der) / 2);
    return replace(data, size, max_size, range,
                   span_of(text, base64_encode(span_of(der, len), text)));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    static unsigned char bytes[2 * BYTES_MAX];
    static char text[BASE64URL_ENCODED_MAX(BYTES_MAX)];
    struct range range = find_part(data, size, seed / 8 % 3);
    struct span part = span_of(data + range.begin, range.end - range.begin);
    size_t len;

    if (seed % 8 == 0 || part.len > BYTES_MAX || !base64url_decode(part, bytes, &len))
        return LLVMFuzzerMutate(data, size, max_size);
    len = seed % 2 ? LLVMFuzzerMutate(bytes, len, BYTES_MAX)
                   : mutate_certificate(bytes, len, BYTES_MAX, seed / 32);
    return replace(data, size, max_size, range,
                   span_of(text, base64url_encode(span_of(bytes, len), text)));
}
