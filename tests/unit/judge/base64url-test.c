/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/base64url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

typedef bool (*decoder)(struct span, unsigned char *, size_t *);

/* Text and room are of exactly the promised size, so that a sanitizer sees one byte too many. */
static bool decode(decoder base, struct span text, unsigned char **out, size_t *len)
{
    unsigned char *copy = malloc(text.len + (text.len == 0));
    bool good;

    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    *out = malloc(BASE64_DECODED_MAX(text.len));
    good = base(span_of(copy, text.len), *out, len);
    free(copy);
    return good;
}

static void assert_decodes(decoder base, const char *text, const char *expected)
{
    unsigned char *out;
    size_t len = 99;

    assert_true(decode(base, span_text(text), &out, &len));
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(out, expected, len);
    free(out);
}

static void assert_refused(decoder base, struct span text)
{
    unsigned char *out;
    size_t len;

    assert_false(decode(base, text, &out, &len));
    free(out);
}

/* RFC 4648 section 10 */
static const struct {
    const char *bytes, *url, *plain;
} vectors[] = {
    {"", "", ""},
    {"f", "Zg", "Zg=="},
    {"fo", "Zm8", "Zm8="},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg", "Zm9vYg=="},
    {"fooba", "Zm9vYmE", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "-_-_", "+/+/"},
    {"\xff\xef", "_-8", "/+8="},
};

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        char text[16];

        assert_decodes(base64url_decode, vectors[i].url, vectors[i].bytes);
        assert_decodes(base64_decode, vectors[i].plain, vectors[i].bytes);
        assert_int_equal(base64url_encode(span_text(vectors[i].bytes), text),
                         strlen(vectors[i].url));
        assert_string_equal(text, vectors[i].url);
        assert_int_equal(base64_encode(span_text(vectors[i].bytes), text),
                         strlen(vectors[i].plain));
        assert_string_equal(text, vectors[i].plain);
    }
}

/* Every byte in the last place of a group: only the alphabet passes. */
static void test_alphabet(void **state)
{
    static const char common[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    (void)state;
    for (int c = 0; c < 256; c++) {
        unsigned char text[4] = {'A', 'A', 'A', (unsigned char)c}, out[BASE64_DECODED_MAX(4)];
        bool both = c != 0 && strchr(common, c);
        size_t len;

        assert_int_equal(base64url_decode(span_of(text, 4), out, &len),
                         both || c == '-' || c == '_');
        assert_int_equal(base64_decode(span_of(text, 4), out, &len),
                         both || c == '+' || c == '/' || c == '=');
    }
}

/* Two and three characters: only those whose spare bits are zero, four and two in number. */
static void test_spare_bits(void **state)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    (void)state;
    for (unsigned i = 0; i < 64; i++) {
        const char two[] = {'_', alphabet[i]}, three[] = {'_', '_', alphabet[i]};
        unsigned char out[BASE64_DECODED_MAX(3)];
        size_t len = 0;

        assert_int_equal(base64url_decode(span_of(two, 2), out, &len), i % 16 == 0);
        if (i % 16 == 0)
            assert_int_equal(len, 1);
        assert_int_equal(base64url_decode(span_of(three, 3), out, &len), i % 4 == 0);
        if (i % 4 == 0)
            assert_int_equal(len, 2);
    }
    assert_refused(base64_decode, span_text("//+="));
    assert_refused(base64_decode, span_text("/x=="));
    assert_decodes(base64_decode, "//8=", "\xff\xff");
    assert_decodes(base64_decode, "/w==", "\xff");
}

static void test_url_refused(void **state)
{
    static const char *const texts[] = {
        "A",    "AAAAA", "Zg==",  "Zm8=", "Zg=",  "=",     "====", "Zm 8",
        " Zm8", "Zm8 ",  "Zm8\n", "Z.8A", "+/+/", "Zm9v=", "%%%%", "Zm9vY",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_refused(base64url_decode, span_text(texts[i]));
    assert_refused(base64url_decode, span_of("AA\0A", 4));
    assert_refused(base64url_decode, span_of("AAAA\0", 5));
}

static void test_plain_refused(void **state)
{
    static const char *const texts[] = {
        "Zg",       "Zm8",  "Zg=",  "A===",     "====", "==",           "=",    "Zg==Zg==",
        "Zm8=Zm9v", "-_-_", "Z===", "Zm9v====", "=AAA", "Zm9v\n\n\n\n", "AA=A", "AA== ",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_refused(base64_decode, span_text(texts[i]));
}

static void test_round_trip(void **state)
{
    unsigned char bytes[300];

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(i * 151 + i / 7);
    for (size_t len = 0; len <= sizeof(bytes); len++) {
        char *text = malloc(BASE64URL_ENCODED_MAX(len));
        unsigned char *out;
        size_t found;

        for (int url = 0; url < 2; url++) {
            size_t text_len = (url ? base64url_encode : base64_encode)(span_of(bytes, len), text);

            assert_int_equal(text_len, strlen(text));
            assert_true(decode(url ? base64url_decode : base64_decode, span_of(text, text_len),
                               &out, &found));
            assert_int_equal(found, len);
            assert_memory_equal(out, bytes, len);
            free(out);
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),       cmocka_unit_test(test_alphabet),
        cmocka_unit_test(test_spare_bits),    cmocka_unit_test(test_url_refused),
        cmocka_unit_test(test_plain_refused), cmocka_unit_test(test_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
