/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define TEXT(literal) span_of(literal, sizeof(literal) - 1)

static enum status parse(struct span text, struct json_object **object)
{
    struct report report = {0};
    unsigned char *copy = malloc(text.len + (text.len == 0));
    enum status status;

    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    status = json_parse(span_of(copy, text.len), "claims", object, &report);
    free(copy);
    assert_int_equal(strncmp(report.detail, "claims: ", 8) == 0, status != STATUS_ACCEPTED);
    return status;
}

static void assert_refused(struct span text, enum status expected)
{
    struct json_object *untouched = (struct json_object *)&expected, *object = untouched;

    assert_int_equal(parse(text, &object), expected);
    assert_ptr_equal(object, untouched);
}

static struct json_object *parsed(const char *text)
{
    struct json_object *object = NULL;

    assert_int_equal(parse(span_text(text), &object), STATUS_ACCEPTED);
    assert_non_null(object);
    return object;
}

static void test_parse(void **state)
{
    static const char *const texts[] = {
        "{}",
        " {} ",
        "\n{\"a\":1}\r\n\t ",
        "{\"a\":{\"a\":{\"a\":[{\"a\":1},{\"a\":1}]}}}",
        "{\"\":1,\"\\u00fc\":2,\"\xc3\xbc\\u0001\":3}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":\"\\ud83d\\ude00\"}",
        "{\"\\/\":1,\"\\\\\":2}",
        "{\"a\":-0,\"b\":-0.0,\"c\":0e0}",
        "{\"a\":1e400}",
        "{\"a\":-1E+2,\"b\":1.0E-2}",
        "{\"a\":\"\x7f\xf4\x8f\xbf\xbf\"}",
        "{\"a\":\"'\",\"'\":1}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        JSON_CLEANUP struct json_object *object = parsed(texts[i]);

        assert_non_null(object);
    }
}

static void test_parse_refused(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "null",
        "1",
        "true",
        "\"a\"",
        "[]",
        "[{}]",
        "{",
        "{}x",
        "{}{}",
        "{'a':1}",
        "{a:1}",
        "{\"a\":NaN}",
        "{\"a\":-NaN}",
        "{\"a\":Infinity}",
        "{\"a\":-01}",
        "{\"a\":01}",
        "{\"a\":2.}",
        "{\"a\":.5}",
        "{\"a\":+1}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\xc0\xaf\"}",
        "{\"a\":\"\xed\xa0\x80\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"exp\\u0000x\":1}",
        "{\"a\":1,}",
        "{\"a\":True}",
        "/* */{}",
        "{\"a\":12abc}",
        "{\"a\":1e}",
        "\xef\xbb\xbf{}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_refused(span_text(texts[i]), STATUS_BAD_JSON);
    assert_refused(TEXT("{}\0"), STATUS_BAD_JSON);
    assert_refused(TEXT("{\"a\":1}\0{}"), STATUS_BAD_JSON);
    assert_refused(TEXT("{\"a\0\":1}"), STATUS_BAD_JSON);
}

static void test_duplicates(void **state)
{
    static const char *const texts[] = {
        "{\"a\":1,\"a\":1}",
        "{\"exp\":1,\"\\u0065xp\":2}",
        "{\"a\":null,\"a\":1}",
        "{\"a\":1,\"b\":2,\"a\":null}",
        "{\"a\":{\"b\":1,\"b\":2}}",
        "{\"a\":[[{\"b\":1,\"b\":2}]]}",
        "{\"\":1,\"\":2}",
        "{\"/\":1,\"\\/\":2}",
        "{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}",
        "{\"a\":{\"x\":1,\"y\":2,\"z\":3},\"a\":{\"x\":1,\"y\":2,\"z\":3,\"w\":4}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_refused(span_text(texts[i]), STATUS_DUPLICATE_MEMBER);
}

/* The scan and json-c must agree on the deepest text. */
static void test_depth(void **state)
{
    (void)state;
    for (unsigned depth = 30; depth <= 34; depth++) {
        JSON_CLEANUP struct json_object *object = NULL;
        char text[256] = "";

        for (unsigned i = 0; i < depth; i++)
            strcat(text, "{\"a\":");
        strcat(text, "\"x\"");
        for (unsigned i = 0; i < depth; i++)
            strcat(text, "}");
        assert_int_equal(parse(span_text(text), &object),
                         depth <= 32 ? STATUS_ACCEPTED : STATUS_BAD_JSON);
    }
}

static void test_member(void **state)
{
    JSON_CLEANUP struct json_object *object = parsed("{\"a\":\"x\",\"n\":null,\"l\":[]}");

    (void)state;
    assert_non_null(json_member(object, "a"));
    assert_true(json_has(object, "a"));
    assert_null(json_member(object, "n"));
    assert_true(json_has(object, "n"));
    assert_null(json_member(object, "b"));
    assert_false(json_has(object, "b"));
    assert_false(json_has(object, "A"));
    assert_null(json_member(NULL, "a"));
    assert_false(json_has(NULL, "a"));
    assert_null(json_member(json_member(object, "a"), "a"));
    assert_false(json_has(json_member(object, "a"), "a"));
    assert_null(json_member(json_member(object, "l"), "a"));
    assert_false(json_has(json_member(object, "l"), "a"));
}

static void test_string(void **state)
{
    JSON_CLEANUP struct json_object *object = parsed(
        "{\"s\":\"a\\u0000b\",\"e\":\"\",\"i\":1,\"d\":1.5,\"t\":true,\"l\":[\"x\"],\"o\":{}}");
    static const char *const others[] = {"i", "d", "t", "l", "o", "missing"};
    struct span text;

    (void)state;
    assert_true(json_string(json_member(object, "s"), &text));
    assert_true(span_equal(text, TEXT("a\0b")));
    assert_true(json_string(json_member(object, "e"), &text));
    assert_int_equal(text.len, 0);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(json_string(json_member(object, others[i]), &text));
}

static bool read_time(const char *value, int64_t *out)
{
    char text[128];
    struct json_object *object;
    bool good;

    strcat(strcat(strcpy(text, "{\"t\":"), value), "}");
    object = parsed(text);
    good = json_time(json_member(object, "t"), out);
    json_free(&object);
    return good;
}

static void test_time(void **state)
{
    static const struct {
        const char *value;
        int64_t time;
    } rows[] = {
        {"0", 0},
        {"-0", 0},
        {"1767225600", 1767225600},
        {"-1", -1},
        {"1.5", 1},
        {"-1.5", -2},
        {"1e3", 1000},
        {"1767225600.999", 1767225600},
        {"-0.0", 0},
        {"9007199254740992", INT64_C(9007199254740992)},
        {"-9007199254740992", -INT64_C(9007199254740992)},
        {"9007199254740992.0", INT64_C(9007199254740992)},
        {"1e-400", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t found = 99;

        assert_true(read_time(rows[i].value, &found));
        assert_int_equal(found, rows[i].time);
    }
}

static void test_time_refused(void **state)
{
    static const char *const values[] = {
        "9007199254740993",
        "-9007199254740993",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "9999999999999999999",
        "9007199254740994.0",
        "-9007199254740994.0",
        "1e300",
        "-1e300",
        "1e400",
        "-1e400",
        "1e99999",
        "true",
        "false",
        "null",
        "\"1\"",
        "\"1767225600\"",
        "[1]",
        "[]",
        "{}",
        "\"12abc\"",
        "\"\"",
    };
    int64_t found;

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        assert_false(read_time(values[i], &found));
    assert_false(json_time(NULL, &found));
}

static void test_string_or_array(void **state)
{
    static const struct {
        const char *value;
        bool is, has; /* "x" */
    } rows[] = {
        {"\"x\"", true, true},         {"\"y\"", true, false},
        {"\"\"", false, false},        {"\"x\\u0000\"", true, false},
        {"\"X\"", true, false},        {"[\"x\"]", true, true},
        {"[\"y\",\"x\"]", true, true}, {"[\"x\",\"y\"]", true, true},
        {"[\"y\"]", true, false},      {"[\"\"]", true, false},
        {"[]", false, false},          {"[[\"x\"]]", false, false},
        {"[\"x\",1]", false, false},   {"[null,\"x\"]", false, false},
        {"[\"x\",{}]", false, false},  {"{\"x\":\"x\"}", false, false},
        {"1", false, false},           {"true", false, false},
        {"null", false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[128];
        struct json_object *object, *value;

        strcat(strcat(strcpy(text, "{\"v\":"), rows[i].value), "}");
        object = parsed(text);
        value = json_member(object, "v");
        assert_int_equal(json_is_string_or_array(value), rows[i].is);
        assert_int_equal(json_string_or_array_has(value, span_text("x")), rows[i].has);
        json_free(&object);
        assert_null(object);
    }
}

static void test_is_true(void **state)
{
    JSON_CLEANUP struct json_object *object =
        parsed("{\"t\":true,\"f\":false,\"n\":null,\"s\":\"true\",\"i\":1,\"d\":1.0,\"l\":[true],"
               "\"o\":{}}");
    static const char *const others[] = {"f", "n", "s", "i", "d", "l", "o", "missing"};

    (void)state;
    assert_true(json_is_true(json_member(object, "t")));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(json_is_true(json_member(object, others[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_refused),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_member),
        cmocka_unit_test(test_string),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_time_refused),
        cmocka_unit_test(test_string_or_array),
        cmocka_unit_test(test_is_true),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
