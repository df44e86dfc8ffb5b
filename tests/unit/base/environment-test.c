/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/environment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_names(void **state)
{
    static const struct {
        const char *claim, *name; /* NULL: none */
    } rows[] = {
        {"email", "JWT_EMAIL"},
        {"aZ09_", "JWT_AZ09_"},
        {"preferred_username", "JWT_PREFERRED_USERNAME"},
        {"https://x/Role", "JWT_HTTPS___X_ROLE"},
        {"\xc3\xa4", "JWT___"},
        {"@[`{", "JWT_____"}, /* beside A, Z, a and z */
        {"/:", "JWT___"},     /* beside 0 and 9 */
        {"a=b\nc", "JWT_A_B_C"},
        {"-", "JWT__"},
        {"expx", "JWT_EXPX"},
        {"", NULL},
        {"exp", NULL},
        {"EXP", NULL},
        {"eXp", NULL},
    };
    char name[ENVIRONMENT_NAME_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(environment_name(rows[i].claim, name), rows[i].name != NULL);
        if (rows[i].name)
            assert_string_equal(name, rows[i].name);
    }
}

static void test_long_names(void **state)
{
    char claim[62], name[ENVIRONMENT_NAME_MAX + 1];

    (void)state;
    memset(claim, 'x', 61);
    claim[61] = '\0';
    assert_false(environment_name(claim, name));
    claim[60] = '\0';
    assert_true(environment_name(claim, name));
    assert_int_equal(strlen(name), ENVIRONMENT_NAME_MAX);
}

/* Nothing that a shell, printf(1) or a log gives a meaning to. */
static void test_plain_bytes(void **state)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "@+=:./_-";

    (void)state;
    for (unsigned byte = 0; byte <= UINT8_MAX; byte++)
        assert_int_equal(environment_is_plain((unsigned char)byte),
                         memchr(plain, (int)byte, sizeof(plain) - 1) != NULL);
}

static bool passes(const char *text, size_t len)
{
    char *copy = malloc(len + 1); /* so that reading behind its end is seen */
    bool passed;

    assert_non_null(copy);
    memcpy(copy, text, len);
    passed = environment_check(span_of(copy, len));
    free(copy);
    return passed;
}

static void test_lines(void **state)
{
    static const char *const good[] = {"",
                                       "JWT_A=b\n",
                                       "JWT_A=\n",
                                       "JWT__=\n",
                                       "JWT_9=a,b\\x20c\n",
                                       "JWT_A==b=\n",
                                       "JWT_EXPX=1\nJWT_EX=2\n"};
    static const char *const bad[] = {"\n",
                                      "JWT_A=b",
                                      "JWT_A\n",
                                      "JWT_=b\n",
                                      "=\n",
                                      "JWT_EXP=1\n",
                                      "JWT_a=b\n",
                                      "jwt_A=b\n",
                                      "JWTA=b\n",
                                      "JWT-A=b\n",
                                      "JWT_A-=b\n",
                                      "LD_PRELOAD=x\n",
                                      "PATH=/tmp\n",
                                      "JWT_A=b\n\n",
                                      "\nJWT_A=b\n",
                                      " JWT_A=b\n",
                                      "JWT_A =b\n",
                                      "JWT_A=b c\n",
                                      "JWT_A=\t\n",
                                      "JWT_A=\x7f\n",
                                      "JWT_A=\xc3\xa4\n",
                                      "JWT_\xc3\x84=b\n",
                                      "JWT_A=$b\n",
                                      "JWT_A=b\nJWT_B",
                                      "JWT_A=b\nB=c\n",
                                      "JWT_A=b\r\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (!passes(good[i], strlen(good[i])))
            fail_msg("%s did not pass", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (passes(bad[i], strlen(bad[i])))
            fail_msg("%s passed", bad[i]);
    assert_false(passes("JWT_A=\0b\n", 9));
    assert_false(passes("JWT_\0=b\n", 8));
}

/* A line of a name and a value of those lengths; the prefix counts. */
static bool line_passes(int name, int value)
{
    char line[2048];
    int len = snprintf(line, sizeof(line), "JWT_%0*d=%0*d\n", name - 4, 0, value, 0);

    return passes(line, (size_t)len);
}

static void test_lengths(void **state)
{
    (void)state;
    assert_true(line_passes(ENVIRONMENT_NAME_MAX, ENVIRONMENT_VALUE_MAX));
    assert_false(line_passes(ENVIRONMENT_NAME_MAX + 1, 1));
    assert_false(line_passes(5, ENVIRONMENT_VALUE_MAX + 1));
}

static void test_count(void **state)
{
    char text[1024] = "";

    (void)state;
    for (unsigned i = 0; i < ENVIRONMENT_COUNT_MAX; i++)
        strcat(text, "JWT_A=b\n");
    assert_true(passes(text, strlen(text)));
    strcat(text, "JWT_A=b\n");
    assert_false(passes(text, strlen(text)));
}

static void test_take(void **state)
{
    struct span lines = span_text("JWT_A=b\nJWT_B=\nB=c\n");
    char variable[ENVIRONMENT_SIZE];

    (void)state;
    assert_true(environment_take(&lines, variable));
    assert_string_equal(variable, "JWT_A=b");
    assert_true(environment_take(&lines, variable));
    assert_string_equal(variable, "JWT_B=");
    assert_false(environment_take(&lines, variable));
    assert_true(span_equal(lines, span_text("B=c\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),       cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_plain_bytes), cmocka_unit_test(test_lines),
        cmocka_unit_test(test_lengths),     cmocka_unit_test(test_count),
        cmocka_unit_test(test_take),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
