/* SPDX-License-Identifier: BSD-3-Clause */
/* Every byte string has exactly one text, and GnuTLS writes the same. */
#include "../lib/base64url.h"

#include <gnutls/gnutls.h>

#include "fuzz.h"

typedef bool (*decoder)(struct span text, unsigned char *out, size_t *out_len);
typedef size_t (*encoder)(struct span bytes, char *out);

static void *allocate(size_t size)
{
    void *memory = malloc(size ? size : 1);

    REQUIRE(memory);
    return memory;
}

/* What is accepted is what the encoder would have written. */
static void check_decode(struct span text, decoder decode, encoder encode)
{
    unsigned char *bytes = allocate(BASE64_DECODED_MAX(text.len));
    size_t len = SIZE_MAX;

    if (decode(text, bytes, &len)) {
        char *again = allocate(BASE64URL_ENCODED_MAX(len));

        REQUIRE(len <= BASE64_DECODED_MAX(text.len));
        REQUIRE(encode(span_of(bytes, len), again) == text.len);
        REQUIRE(span_equal(span_text(again), text));
        free(again);
    } else {
        REQUIRE(len == SIZE_MAX);
    }
    free(bytes);
}

/* What is written can be read. */
static void check_encode(struct span bytes, decoder decode, encoder encode)
{
    char *text = allocate(BASE64URL_ENCODED_MAX(bytes.len));
    size_t text_len = encode(bytes, text), len = SIZE_MAX;
    unsigned char *again = allocate(BASE64_DECODED_MAX(text_len));

    REQUIRE(strlen(text) == text_len);
    REQUIRE(decode(span_of(text, text_len), again, &len));
    REQUIRE(span_equal(span_of(again, len), bytes));
    free(again);
    free(text);
}

static void compare_with_gnutls(struct span bytes)
{
    gnutls_datum_t in = {(unsigned char *)bytes.ptr, (unsigned)bytes.len}, theirs = {NULL, 0};
    char *ours = allocate(BASE64URL_ENCODED_MAX(bytes.len));

    base64_encode(bytes, ours);
    REQUIRE(gnutls_base64_encode2(&in, &theirs) >= 0);
    REQUIRE(span_equal(span_text(ours), span_of(theirs.data, theirs.size)));
    gnutls_free(theirs.data);
    free(ours);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = span_of(data, size);

    check_decode(input, base64url_decode, base64url_encode);
    check_decode(input, base64_decode, base64_encode);
    check_encode(input, base64url_decode, base64url_encode);
    check_encode(input, base64_decode, base64_encode);
    if (size > 0)
        compare_with_gnutls(input);
    return 0;
}
