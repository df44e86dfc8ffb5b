/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/exports.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../lib/environment.h"
#include "make-token.h"

/* Exports `names`, and compares the variables and what was left out. */
static void assert_exports(const char *claims, struct string_list names, const char *variables,
                           const char *left_out)
{
    SIGNED_CLAIMS_CLEANUP struct signed_claims *made = make_claims("{\"alg\":\"ES256\"}", claims);
    struct exports exports;
    struct report report = {0};

    assert_int_equal(exports_make(made, &names, &exports, &report), STATUS_ACCEPTED);
    assert_string_equal(exports.variables, variables);
    assert_string_equal(exports.left_out, left_out);
    assert_true(environment_check(span_text(exports.variables)));
    exports_free(&exports);
    assert_null(exports.variables);
    make_free_all();
}

static void test_nothing(void **state)
{
    (void)state;
    assert_exports("{\"a\":\"b\"}", NO_LIST, "", "");
    assert_exports("{\"a\":\"b\",\"n\":null}", LIST("b", "n", "A"), "", "");
}

static void test_types(void **state)
{
    static const struct {
        const char *json, *variable; /* NULL: wrong type */
    } rows[] = {
        {"\"x\"", "JWT_C=x\n"},
        {"\"\"", "JWT_C=\n"},
        {"0", "JWT_C=0\n"},
        {"-17", "JWT_C=-17\n"},
        {"9007199254740992", "JWT_C=9007199254740992\n"},
        {"true", "JWT_C=true\n"},
        {"false", "JWT_C=false\n"},
        {"[]", "JWT_C=\n"},
        {"[\"a\"]", "JWT_C=a\n"},
        {"[\"a\",\"b\",\"a\"]", "JWT_C=a,b,a\n"},
        {"[\"\",\"\"]", "JWT_C=,\n"},
        {"9007199254740993", NULL},
        {"9223372036854775807", NULL},
        {"9999999999999999999", NULL},
        {"1.5", NULL},
        {"1.0", NULL},
        {"1e3", NULL},
        {"{}", NULL},
        {"{\"x\":\"y\"}", NULL},
        {"[1]", NULL},
        {"[\"a\",1]", NULL},
        {"[\"a\",null]", NULL},
        {"[true]", NULL},
        {"[[\"a\"]]", NULL},
        {"[{}]", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char claims[128];

        (void)snprintf(claims, sizeof(claims), "{\"c\":%s}", rows[i].json);
        assert_exports(claims, LIST("c"), rows[i].variable ? rows[i].variable : "",
                       rows[i].variable ? "" : "c (wrong type)");
    }
}

/* Decoding all \xNN gives the claim's own bytes, and no item looks like two. */
static void test_escapes(void **state)
{
    static const struct {
        const char *json, *value;
    } rows[] = {
        {"a,b", "a\\x2cb"},
        {"a\\\\b", "a\\x5cb"},
        {"\\\\x41", "\\x5cx41"},
        {"\\u0000", "\\x00"},
        {"a\\u0000b", "a\\x00b"},
        {"\\n\\r\\t\\u001b\\u007f", "\\x0a\\x0d\\x09\\x1b\\x7f"},
        {"\\nLD_PRELOAD=x", "\\x0aLD_PRELOAD=x"},
        {"r\xc3\xb6t", "r\\xc3\\xb6t"},
        {"\\ud83d\\ude00", "\\xf0\\x9f\\x98\\x80"},
        {"a b", "a\\x20b"},
        {"$(id)`id`", "\\x24\\x28id\\x29\\x60id\\x60"},
        {"\\\"'*?[~;&|<>!#{}^%", "\\x22\\x27\\x2a\\x3f\\x5b\\x7e\\x3b\\x26\\x7c\\x3c\\x3e\\x21\\x23"
                                 "\\x7b\\x7d\\x5e\\x25"},
        {"a@b.c+d=e:/f_g-h", "a@b.c+d=e:/f_g-h"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char claims[256], variables[256];

        (void)snprintf(claims, sizeof(claims), "{\"c\":\"%s\",\"d\":[\"x\",\"%s\"]}", rows[i].json,
                       rows[i].json);
        (void)snprintf(variables, sizeof(variables), "JWT_C=%s\nJWT_D=x,%s\n", rows[i].value,
                       rows[i].value);
        assert_exports(claims, LIST("c", "d"), variables, "");
    }
}

/* `count` times `text` as the claim: whole or not at all. */
static void assert_length(const char *text, int count, bool fits)
{
    char claims[16384] = "{\"c\":\"", variables[2 * ENVIRONMENT_SIZE] = "JWT_C=";

    for (int i = 0; i < count; i++)
        strcat(claims, text);
    for (int i = 0; i < count && fits; i++)
        strcat(variables, text[0] == ' ' ? "\\x20" : text);
    strcat(claims, "\"}");
    strcat(variables, "\n");
    assert_exports(claims, LIST("c"), fits ? variables : "", fits ? "" : "c (too long)");
}

static void test_lengths(void **state)
{
    (void)state;
    assert_length("a", ENVIRONMENT_VALUE_MAX, true);
    assert_length("a", ENVIRONMENT_VALUE_MAX + 1, false);
    assert_length("a", 8000, false);
    assert_length(" ", ENVIRONMENT_VALUE_MAX / 4, true);
    assert_length(" ", ENVIRONMENT_VALUE_MAX / 4 + 1, false);
}

/* The comma counts, too; and what is too long is still looked at for its type. */
static void test_long_arrays(void **state)
{
    char claims[4096], variables[2 * ENVIRONMENT_SIZE];

    (void)state;
    (void)snprintf(claims, sizeof(claims), "{\"c\":[\"%0*d\",\"ab\"]}", ENVIRONMENT_VALUE_MAX - 3,
                   0);
    (void)snprintf(variables, sizeof(variables), "JWT_C=%0*d,ab\n", ENVIRONMENT_VALUE_MAX - 3, 0);
    assert_exports(claims, LIST("c"), variables, "");
    (void)snprintf(claims, sizeof(claims), "{\"c\":[\"%0*d\",\"ab\"]}", ENVIRONMENT_VALUE_MAX - 2,
                   0);
    assert_exports(claims, LIST("c"), "", "c (too long)");
    (void)snprintf(claims, sizeof(claims), "{\"c\":[\"%0*d\",5]}", ENVIRONMENT_VALUE_MAX, 0);
    assert_exports(claims, LIST("c"), "", "c (wrong type)");
}

static void test_order_and_gaps(void **state)
{
    (void)state;
    assert_exports("{\"a\":1,\"b\":{},\"c\":[0],\"d\":\"x\",\"a/b\":\"y\"}",
                   LIST("d", "c", "a/b", "z", "b", "a"), "JWT_D=x\nJWT_A_B=y\nJWT_A=1\n",
                   "c (wrong type), b (wrong type)");
}

#define FULL 10 /* a token has no room for more */

/* Names and values as long as they may be. */
static void test_full_variables(void **state)
{
    static char claims[2 * FULL * ENVIRONMENT_SIZE];
    char names[FULL][ENVIRONMENT_NAME_MAX], *items[FULL];
    struct string_list list = {items, FULL};
    SIGNED_CLAIMS_CLEANUP struct signed_claims *made = NULL;
    struct exports exports;
    struct report report = {0};
    size_t len = 0;

    (void)state;
    for (int i = 0; i < FULL; i++) {
        items[i] = names[i];
        (void)snprintf(names[i], ENVIRONMENT_NAME_MAX, "%0*d", ENVIRONMENT_NAME_MAX - 4, i);
        len += (size_t)snprintf(claims + len, sizeof(claims) - len, "%c\"%s\":\"%0*d\"",
                                i ? ',' : '{', names[i], ENVIRONMENT_VALUE_MAX, 0);
    }
    strcpy(claims + len, "}");
    made = make_claims("{\"alg\":\"ES256\"}", claims);
    assert_int_equal(exports_make(made, &list, &exports, &report), STATUS_ACCEPTED);
    assert_int_equal(strlen(exports.variables), FULL * ENVIRONMENT_SIZE);
    assert_true(environment_check(span_text(exports.variables)));
    exports_free(&exports);
    make_free_all();
}

/* The list of what was left out ends with dots where it is cut. */
static void test_much_is_left_out(void **state)
{
    SIGNED_CLAIMS_CLEANUP struct signed_claims *made = NULL;
    char names[20][ENVIRONMENT_NAME_MAX], *items[20], claims[4096] = "";
    struct string_list list = {items, 20};
    struct exports exports;
    struct report report = {0};

    (void)state;
    for (int i = 0; i < 20; i++) {
        items[i] = names[i];
        (void)snprintf(names[i], ENVIRONMENT_NAME_MAX, "claim%040d", i);
        (void)snprintf(claims + strlen(claims), sizeof(claims) - strlen(claims), "%c\"%s\":{}",
                       i ? ',' : '{', names[i]);
    }
    strcat(claims, "}");
    made = make_claims("{\"alg\":\"ES256\"}", claims);
    assert_int_equal(exports_make(made, &list, &exports, &report), STATUS_ACCEPTED);
    assert_string_equal(exports.variables, "");
    assert_int_equal(strlen(exports.left_out), EXPORTS_LEFT_OUT_MAX - 1);
    assert_string_equal(exports.left_out + EXPORTS_LEFT_OUT_MAX - 4, "...");
    exports_free(&exports);
    make_free_all();
}

/* The configuration lets no such name through; if one comes, nothing is exported. */
static void test_names_that_make_none(void **state)
{
    SIGNED_CLAIMS_CLEANUP struct signed_claims *made =
        make_claims("{\"alg\":\"ES256\"}", "{\"a\":\"b\",\"exp\":5}");
    struct string_list list = LIST("a", "exp");
    struct exports exports;
    struct report report = {0};

    (void)state;
    assert_int_equal(exports_make(made, &list, &exports, &report), STATUS_CONFIG_ERROR);
    assert_null(exports.variables);
    make_free_all();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_long_arrays),
        cmocka_unit_test(test_order_and_gaps),
        cmocka_unit_test(test_full_variables),
        cmocka_unit_test(test_much_is_left_out),
        cmocka_unit_test(test_names_that_make_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
