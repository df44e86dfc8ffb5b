/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../tools/clock.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_accepts(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } rows[] = {
        {"0", 0},
        {"-1", -1},
        {"1767225600", 1767225600},
        {"9007199254740992", 9007199254740992},
        {"2026-01-01T00:00:00Z", 1767225600},
        {"2026-01-01t00:00:00z", 1767225600},
        {"2026-01-01T00:00:00.999Z", 1767225600},
        {"2026-01-01T01:30:00+01:30", 1767225600},
        {"2025-12-31T23:00:00-01:00", 1767225600},
        {"2024-02-29T00:00:00Z", 1709164800},
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59Z", -1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t seconds = 42;

        if (!clock_parse(rows[i].text, &seconds))
            fail_msg("%s was refused", rows[i].text);
        assert_int_equal(seconds, rows[i].seconds);
    }
}

static void test_refuses(void **state)
{
    static const char *const rows[] = {
        "",
        "-",
        "+1",
        " 1",
        "1 ",
        "1.5",
        "0x10",
        "1e3",
        "now",
        "9007199254740993",
        "99999999999999999999",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00:00Z",
        "2026-1-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2016-12-31T23:59:60Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+0100",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+01:60",
        "2026-01-01T00:00:00ZZ",
        "2026-01-01T00:00:00Z ",
        "02026-01-01T00:00:00Z",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t seconds;

        if (clock_parse(rows[i], &seconds))
            fail_msg("'%s' was accepted", rows[i]);
    }
}

static void test_formats(void **state)
{
    char text[CLOCK_TEXT_MAX];

    (void)state;
    clock_format(1767225600, text);
    assert_string_equal(text, "2026-01-01T00:00:00Z");
    clock_format(9007199254740992, text);
    assert_string_equal(text, "9007199254740992");
    clock_format(-9007199254740992, text);
    assert_string_equal(text, "-9007199254740992");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepts),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_formats),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
