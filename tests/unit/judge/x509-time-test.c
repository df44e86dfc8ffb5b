/* SPDX-License-Identifier: BSD-3-Clause */
/* Times of X.509, read and printed. */
#include "../../../lib/x509-time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

/* As the C library says. */
static void assert_same(int64_t seconds)
{
    char text[X509_TIME_TEXT_MAX], expected[X509_TIME_TEXT_MAX], der[32];
    time_t then = (time_t)seconds;
    int64_t again = 0;
    struct span rest;
    struct tm tm;

    assert_non_null(gmtime_r(&then, &tm));
    snprintf(expected, sizeof(expected), "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
             tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    if (strcmp(x509_time_text(seconds, text), expected) != 0)
        fail_msg("expected %s, found %s", expected, text);
    snprintf(der, sizeof(der), "\x18\x0f%.4s%.2s%.2s%.2s%.2s%.3s", text, text + 5, text + 8,
             text + 11, text + 14, text + 17);
    rest = span_of(der, 17);
    assert_true(x509_take_time(&rest, &again));
    assert_int_equal(again, seconds);
    assert_int_equal(rest.len, 0);
}

/* Every day of 1950 to 2400, and some of the years from 0 to 9999. */
static void test_days(void **state)
{
    const int64_t day = 86400;

    (void)state;
    for (int64_t n = -7305; n < 157054; n++)
        assert_same(n * day + (n + 7305) * 7919 % day);
    for (int64_t n = -719528; n < 2932897; n += 97)
        assert_same(n * day + day - 1);
}

static void test_other_years(void **state)
{
    char text[X509_TIME_TEXT_MAX];

    (void)state;
    assert_string_equal(x509_time_text(INT64_C(253402300799), text), "9999-12-31T23:59:59Z");
    assert_string_equal(x509_time_text(INT64_C(253402300800), text), "253402300800");
    assert_string_equal(x509_time_text(INT64_C(-62167219200), text), "0000-01-01T00:00:00Z");
    assert_string_equal(x509_time_text(INT64_C(-62167219201), text), "-62167219201");
    assert_string_equal(x509_time_text(INT64_MAX, text), "9223372036854775807");
    assert_string_equal(x509_time_text(INT64_MIN, text), "-9223372036854775808");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_other_years),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
