/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/json-scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define TEXT(literal) span_of(literal, sizeof(literal) - 1)

/* The copy ends where the text ends, so that a sanitizer sees one byte too many. */
static bool scan(struct span text, size_t *members)
{
    unsigned char *copy = malloc(text.len + (text.len == 0));
    bool good;

    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    good = json_scan(span_of(copy, text.len), members);
    free(copy);
    return good;
}

static void assert_text(struct span text, bool expected)
{
    size_t members;

    if (scan(text, &members) != expected)
        fail_msg("%s: %.*s", expected ? "refused" : "accepted", (int)text.len,
                 (const char *)text.ptr);
}

static void assert_all(const char *const *texts, size_t count, bool expected)
{
    for (size_t i = 0; i < count; i++)
        assert_text(span_text(texts[i]), expected);
}

#define ASSERT_ALL(texts, expected) assert_all(texts, sizeof(texts) / sizeof((texts)[0]), expected)

static void test_values(void **state)
{
    static const char *const good[] = {
        "{}",
        "[]",
        "\"\"",
        "0",
        "true",
        "false",
        "null",
        " \t\r\n{ \t\r\n} \t\r\n",
        "{\"a\" : [ 1 , 2 ] , \"b\":{} }",
        "[[],[[]],{}]",
        "[null,true,false,\"x\",-1]",
    };
    static const char *const bad[] = {
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "{]",
        "[}",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:2}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "{}{}",
        "{} x",
        "1 2",
        "tru",
        "True",
        "truex",
        "nul",
        "NULL",
        "nan",
        "NaN",
        "Infinity",
        "-Infinity",
        "inf",
        "undefined",
        "{'a':1}",
        "'a'",
        "/**/{}",
        "{}//",
        "\v{}",
        "\f{}",
        "\xef\xbb\xbf{}",
        "\xc2\xa0{}",
        "{\"a\":1}}",
        "[1]]",
        "{\"a\"::1}",
    };

    (void)state;
    ASSERT_ALL(good, true);
    ASSERT_ALL(bad, false);
}

static void test_numbers(void **state)
{
    static const char *const good[] = {
        "0",
        "-0",
        "1",
        "-1",
        "10",
        "9999999999999999999",
        "-9223372036854775808",
        "1234567890123456789012345678901234567890.0",
        "0.0",
        "1.5",
        "-0.10",
        "1e5",
        "1E5",
        "1e+5",
        "1e-5",
        "1.5e05",
        "0e0",
        "1e400",
    };
    static const char *const bad[] = {
        "01",
        "-01",
        "00",
        "-",
        "+1",
        "1.",
        "2.",
        ".5",
        "-.5",
        "1.e5",
        "1e",
        "1e+",
        "1e-",
        "1ee5",
        "1e5.5",
        "0x10",
        "1_000",
        "1,5",
        "--1",
        "1e 5",
        "- 1",
        "1. 5",
        "\xd9\xa1",
        "12abc",
        "10000000000000000000",
        "-9223372036854775809",
        "-10000000000000000000",
    };

    (void)state;
    ASSERT_ALL(good, true);
    ASSERT_ALL(bad, false);
}

static void test_strings(void **state)
{
    static const char *const good[] = {
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0041\\uABCD\\uabcd\"",
        "\"\x7f\"",
        "\"\\ud800\\udc00\"",
        "\"\\uDBFF\\uDFFF\"",
        "\"\\ud7ff\\ue000\"",
        "\"\\u0000\"",
    };
    static const char *const bad[] = {
        "\"",
        "\"a",
        "\"\\\"",
        "\"\\x41\"",
        "\"\\'\"",
        "\"\\U0041\"",
        "\"\\u\"",
        "\"\\u004\"",
        "\"\\u004g\"",
        "\"\\u 041\"",
        "\"\\\n\"",
        "\"\n\"",
        "\"\t\"",
        "\"\x1f\"",
        "\"\x01\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\udfff\"",
        "\"\\ud800x\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800\\ud800\"",
        "\"\\ud800\\n\"",
        "\"\\udc00\\ud800\"",
        "\"\\udc00\\udc00\"",
        "\"\\ud800\\udbff\"",
        "\"\\ud800\\ue000\"",
        "\"\\u+041\"",
        "\"\\u004",
        "\"\\ud800\\",
        "\"\\ud800\\u",
        "\"\\ud800\\udc0",
    };

    (void)state;
    ASSERT_ALL(good, true);
    ASSERT_ALL(bad, false);
    assert_text(TEXT("\"a\0b\""), false);
    assert_text(TEXT("\"\\\0\""), false);
    assert_text(TEXT("\0"), false);
    assert_text(TEXT("{}\0"), false);
    assert_text(TEXT("{}\0garbage"), false);
    assert_text(TEXT("{\0}"), false);
}

static void test_utf8(void **state)
{
    static const char *const good[] = {
        "\"\xc2\x80\"",         "\"\xdf\xbf\"",
        "\"\xe0\xa0\x80\"",     "\"\xed\x9f\xbf\"",
        "\"\xee\x80\x80\"",     "\"\xef\xbf\xbf\"",
        "\"\xf0\x90\x80\x80\"", "\"\xf3\xbf\xbf\xbf\"",
        "\"\xf4\x8f\xbf\xbf\"", "\"\xe1\x80\x80\xec\xbf\xbf\xf1\x80\x80\x80\"",
    };
    static const char *const bad[] = {
        "\"\x80\"",
        "\"\xbf\"",
        "\"\xc0\x80\"",
        "\"\xc0\xaf\"",
        "\"\xc1\xbf\"",
        "\"\xc2\"",
        "\"\xc2\x7f\"",
        "\"\xc2\xc0\"",
        "\"\xe0\x80\x80\"",
        "\"\xe0\x9f\xbf\"",
        "\"\xe1\x80\"",
        "\"\xe1\x80z\"",
        "\"\xe1\x80\xc0\"",
        "\"\xed\xa0\x80\"",
        "\"\xed\xbf\xbf\"",
        "\"\xf0\x80\x80\x80\"",
        "\"\xf0\x8f\xbf\xbf\"",
        "\"\xf0\x90\x80\"",
        "\"\xf0\x90\x80\xc0\"",
        "\"\xf4\x90\x80\x80\"",
        "\"\xf5\x80\x80\x80\"",
        "\"\xff\"",
        "\"\xfe\"",
        "\"\xc3",
        "\"\xe2\x82",
        "\"\xf0\x9f\x98",
        "\"\xf8\x88\x80\x80\x80\"",
    };

    (void)state;
    ASSERT_ALL(good, true);
    ASSERT_ALL(bad, false);
}

/* json-c would cut such a name: exp\0x becomes exp. In a value it does no harm. */
static void test_nul_in_name(void **state)
{
    static const char *const bad[] = {"{\"exp\\u0000x\":1}", "{\"\\u0000\":1}",
                                      "[{\"a\":{\"b\\u0000\":1}}]", "{\"\\u0000\\u0041\":1}"};
    static const char *const good[] = {"{\"a\":\"\\u0000\"}", "{\"a\":\"\\u0000\",\"b\":1}",
                                       "{\"u0000\":1}", "{\"\\\\u0000\":1}", "{\"\\u0001\":1}"};

    (void)state;
    ASSERT_ALL(bad, false);
    ASSERT_ALL(good, true);
}

static void check_depth(unsigned depth, const char *open, const char *close, bool expected)
{
    char text[1024] = "";

    for (unsigned i = 0; i < depth; i++)
        strcat(text, open);
    strcat(text, "1");
    for (unsigned i = 0; i < depth; i++)
        strcat(text, close);
    assert_text(span_text(text), expected);
}

static void test_depth(void **state)
{
    char wide[] =
        "[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],"
        "[],[],[],[],[],[],[],[]]";

    (void)state;
    check_depth(JSON_DEPTH_MAX, "[", "]", true);
    check_depth(JSON_DEPTH_MAX + 1, "[", "]", false);
    check_depth(JSON_DEPTH_MAX, "{\"a\":", "}", true);
    check_depth(JSON_DEPTH_MAX + 1, "{\"a\":", "}", false);
    assert_text(span_text(wide), true);
}

static void test_very_deep(void **state)
{
    static char text[1 << 20];

    (void)state;
    memset(text, '[', sizeof(text));
    assert_text(span_of(text, sizeof(text)), false);
}

static void test_members(void **state)
{
    static const struct {
        const char *text;
        size_t members;
    } rows[] = {
        {"{}", 0},
        {"[1,\"a\"]", 0},
        {"{\"a\":1}", 1},
        {"{\"a\":1,\"a\":2}", 2},
        {"{\"a\":{\"b\":1,\"c\":[{\"d\":1},{\"d\":2}]}}", 5},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t members = 99;

        assert_true(scan(span_text(rows[i].text), &members));
        assert_int_equal(members, rows[i].members);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),      cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_strings),     cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_nul_in_name), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_very_deep),   cmocka_unit_test(test_members),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
