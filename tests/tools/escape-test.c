/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../tools/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void check(void (*escape)(struct span, FILE *), struct span text, const char *expected)
{
    char *found = NULL;
    size_t size;
    FILE *out = open_memstream(&found, &size);

    assert_non_null(out);
    escape(text, out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(found, expected);
    free(found);
}

#define TEXT(literal) span_of(literal, sizeof(literal) - 1)

static void test_text(void **state)
{
    (void)state;
    check(escape_text, TEXT(""), "");
    check(escape_text, TEXT("plain ~ text"), "plain ~ text");
    check(escape_text, TEXT("\x1b[2J\n\t\x7f"), "\\x1b[2J\\x0a\\x09\\x7f");
    check(escape_text, TEXT("a\0b"), "a\\x00b");
    check(escape_text, TEXT("\xc2\x9b"), "\\xc2\\x9b");
}

static void test_json_quotes(void **state)
{
    (void)state;
    check(escape_json, TEXT(""), "\"\"");
    check(escape_json, TEXT("a\"b\\c/"), "\"a\\\"b\\\\c/\"");
    check(escape_json, TEXT("\x1b\n\0"), "\"\\u001b\\u000a\\u0000\"");
    check(escape_json, TEXT("\x7f"), "\"\\u007f\"");
}

static void test_json_utf8(void **state)
{
    (void)state;
    check(escape_json, TEXT("\xc3\xbc"), "\"\\u00fc\"");
    check(escape_json, TEXT("\xe2\x82\xac"), "\"\\u20ac\"");
    check(escape_json, TEXT("\xf0\x9f\x98\x80"), "\"\\ud83d\\ude00\"");
    check(escape_json, TEXT("\xf4\x8f\xbf\xbf"), "\"\\udbff\\udfff\"");
}

static void test_json_invalid_utf8(void **state)
{
    (void)state;
    check(escape_json, TEXT("\x80"), "\"\\ufffd\"");
    check(escape_json, TEXT("\xff"), "\"\\ufffd\"");
    check(escape_json, TEXT("\xc3"), "\"\\ufffd\"");
    check(escape_json, TEXT("\xc3z"), "\"\\ufffdz\"");
    check(escape_json, TEXT("\xc0\xaf"), "\"\\ufffd\\ufffd\"");
    check(escape_json, TEXT("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");
    check(escape_json, TEXT("\xf4\x90\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_json_quotes),
        cmocka_unit_test(test_json_utf8),
        cmocka_unit_test(test_json_invalid_utf8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
