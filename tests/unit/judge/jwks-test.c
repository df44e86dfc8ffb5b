/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/jwks.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct wanted {
    const char *kid;
    unsigned *parsed;
};

static bool matches(const void *context, struct json_object *jwk)
{
    const struct wanted *wanted = context;
    struct span kid;

    (*wanted->parsed)++;
    return json_string(json_member(jwk, "kid"), &kid) && span_equal(kid, span_text(wanted->kid));
}

/* How many keys of that name there are; -1: it is no JWK Set. */
static int find(const char *text, const char *kid, unsigned *parsed, struct jwks_answer *answer)
{
    const struct wanted wanted = {kid, parsed};
    const struct jwks_question question = {
        .member = "kid", .value = span_text(kid), .matches = matches, .context = &wanted};
    struct report report = {.detail = ""};

    *parsed = 0;
    memset(answer, 0xff, sizeof(*answer));
    if (jwks_find(span_text(text), &question, answer, &report) == STATUS_ACCEPTED)
        return (int)answer->count;
    assert_true(report.detail[0] != '\0');
    assert_int_equal(answer->count, 0);
    assert_null(answer->jwk);
    return -1;
}

static void expect(const char *text, const char *kid, int count, unsigned expected_parsed)
{
    struct jwks_answer answer;
    unsigned parsed;
    int found = find(text, kid, &parsed, &answer);

    if (found != count || parsed != expected_parsed)
        fail_msg("%s: found %d, parsed %u", text, found, parsed);
    json_free(&answer.jwk);
}

static void test_found(void **state)
{
    (void)state;
    expect("{\"keys\":[]}", "a", 0, 0);
    expect("{\"keys\":[{}]}", "a", 0, 0);
    expect("{\"keys\":[{\"kid\":\"a\"}]}", "a", 1, 1);
    expect("{\"keys\":[{\"kid\":\"b\"},{\"kid\":\"a\"},{\"kid\":\"c\"}]}", "a", 1, 1);
    expect("{\"keys\":[{\"kid\":\"a\"},{\"kid\":\"b\"},{\"kid\":\"a\"}]}", "a", 2, 2);
    expect("{\"keys\":[{\"x\":\"a\"},{\"y\":{\"kid\":\"a\"}},{\"kid\":[\"a\"]}]}", "a", 0, 0);
    expect("{\"keys\":[{\"kid\":\"ab\"},{\"kid\":\"a \"},{\"kid\":\"A\"},{\"Kid\":\"a\"}]}", "a", 0,
           0);
    expect("{\"keys\":[{\"kid\":\"\"},{\"kid\":\"a\"},{\"kid\":null},{\"kid\":0}]}", "", 1, 1);
    expect("{\"keys\":[{\"kid\" : \"a\" , \"x\":1}]}", "a", 1, 1);
    expect("{\"keys\":[{\"kid\":\"\\u0061\"}]}", "a", 1, 1);
    expect("{\"keys\":[{\"\\u006bid\":\"a\"}]}", "a", 1, 1);
    expect("{\"keys\":[{\"x\":\"\\n\"},{\"kid\":\"b\"},{\"kid\":\"a\"}]}", "a", 1, 2);
    expect("{\"x\":{\"keys\":1},\"keys\":[{\"kid\":\"a\"}],\"y\":[]}", "a", 1, 1);
    expect(" {\n\"keys\" :\t[ {\"kid\":\"a\"} , { } ] } ", "a", 1, 1);
}

static void test_no_set(void **state)
{
    static const char *const texts[] = {
        "",
        "{",
        "{}",
        "[]",
        "null",
        "\"keys\"",
        "{\"keys\"}",
        "{\"keys\":}",
        "{\"keys\":{}}",
        "{\"keys\":\"a\"}",
        "{\"keys\":[1]}",
        "{\"keys\":[[]]}",
        "{\"keys\":[\"a\"]}",
        "{\"keys\":[null]}",
        "{\"keys\":[{}}",
        "{\"keys\":[{}]",
        "{\"keys\":[{}]}}",
        "{\"keys\":[{}]}x",
        "{\"keys\":[{},]}",
        "{\"keys\":[{}]},",
        "{\"keys\":[],}",
        "{\"keys\":[],\"keys\":[]}",
        "{\"keys\":[],\"\\u006beys\":[]}",
        "{\"\\u006beys\":[]}",
        "{\"x\\u0000\":1,\"keys\":[]}",
        "{\"Keys\":[]}",
        "{\"keys\":[{\"a\":1 2}]}",
        "{\"keys\":[{\"a\":\"\x01\"}]}",
        "{\"keys\":[{\"a\":\"\xff\"}]}",
        "{\"keys\":[{}],\"x\":}",
        "{\"keys\":[{\"a\":\"unescaped \t tab in a long string\"}]}",
        "{\"keys\":[{\"a\":\"12345678\x1f\"}]}",
        "{\"keys\":[{\"a\":\"1234567\x7f\x80\"}]}",
        "{\"keys\":[{\"kid\":\"a\",\"kid\":\"a\"}]}",
        "{\"keys\":[{\"kid\":\"a\",\"kid\":\"b\"}]}",
        "{\"keys\":[{\"kid\":\"b\",\"kid\":\"a\"}]}",
        "{\"keys\":[{\"kid\":\"a\",\"x\":1,\"x\":2}]}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct jwks_answer answer;
        unsigned parsed;

        if (find(texts[i], "a", &parsed, &answer) != -1)
            fail_msg("%s", texts[i]);
    }
}

/* What may_match() says no to is made into an object only if it has a backslash. */
static bool never(const void *context, struct span text)
{
    (void)context;
    (void)text;
    return false;
}

static void test_may_match(void **state)
{
    unsigned parsed = 0;
    const struct wanted wanted = {"a", &parsed};
    struct jwks_question question = {.matches = matches, .context = &wanted};
    const struct span text = span_text("{\"keys\":[{\"kid\":\"a\"},{\"kid\":\"\\u0061\"}]}");
    struct report report = {.detail = ""};
    struct jwks_answer answer;

    (void)state;
    assert_int_equal(jwks_find(text, &question, &answer, &report), STATUS_ACCEPTED);
    assert_int_equal(answer.count, 2);
    json_free(&answer.jwk);
    question.may_match = never;
    assert_int_equal(jwks_find(text, &question, &answer, &report), STATUS_ACCEPTED);
    assert_int_equal(answer.count, 1);
    json_free(&answer.jwk);
    assert_int_equal(parsed, 3);
}

/* Of a thousand keys one is made into an object. */
static void test_thousand(void **state)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    fprintf(out, "{\"keys\":[{\"kid\":\"first\"}");
    for (unsigned i = 0; i < 1000; i++)
        fprintf(out, ",{\"kid\":\"key-%04u\"}", i);
    fprintf(out, "]}");
    assert_int_equal(fclose(out), 0);
    expect(text, "key-0999", 1, 1);
    expect(text, "key-1000", 0, 0);
    free(text);
}

/* Every byte that could be taken for another by a reader of eight at once. */
static void test_bytes_of_strings(void **state)
{
    (void)state;
    for (unsigned byte = 1; byte < 256; byte++) {
        for (unsigned at = 0; at < 17; at++) {
            char text[64] = "{\"keys\":[{\"kid\":\"a\",\"b\":\"01234567890123456\"}]}";
            bool good = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
            struct jwks_answer answer;
            unsigned parsed;

            strchr(text, '0')[at] = (char)byte;
            /* a quotation mark at the end leaves another string behind it, an escape may be good */
            if (byte == '\\')
                continue;
            if ((find(text, "a", &parsed, &answer) == 1) != good)
                fail_msg("byte %u at %u", byte, at);
            json_free(&answer.jwk);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_no_set),
        cmocka_unit_test(test_may_match),
        cmocka_unit_test(test_thousand),
        cmocka_unit_test(test_bytes_of_strings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
