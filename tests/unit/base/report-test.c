/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct heard {
    unsigned count;
    const char *step;
    enum status status;
    char detail[REPORT_DETAIL_MAX];
};

static void listen(void *context, const char *step, enum status status, const char *detail)
{
    struct heard *heard = context;

    heard->count++;
    heard->step = step;
    heard->status = status;
    strcpy(heard->detail, detail);
}

static void test_refuse(void **state)
{
    struct report report = {.detail = "old"};

    (void)state;
    assert_int_equal(report_refuse(&report, STATUS_EXPIRED, "%s is %d", "exp", 7), STATUS_EXPIRED);
    assert_string_equal(report.detail, "exp is 7");
    assert_int_equal(report_refuse(&report, STATUS_TIMEOUT, "x"), STATUS_TIMEOUT);
    assert_string_equal(report.detail, "x");
}

static void test_note(void **state)
{
    struct report report = {.detail = "old"};

    (void)state;
    report_note(&report, "%c", 'n');
    assert_string_equal(report.detail, "n");
}

static void test_long_detail_is_cut(void **state)
{
    struct {
        struct report report;
        char behind;
    } both = {.behind = '!'};
    char text[REPORT_DETAIL_MAX + 10];

    (void)state;
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    (void)report_refuse(&both.report, STATUS_EXPIRED, "%s", text);
    assert_int_equal(strlen(both.report.detail), REPORT_DETAIL_MAX - 1);
    assert_null(both.report.step);
    report_note(&both.report, "%s", text);
    assert_int_equal(strlen(both.report.detail), REPORT_DETAIL_MAX - 1);
    assert_null(both.report.step);
    assert_int_equal(both.behind, '!');
}

static void test_step_accepted(void **state)
{
    struct heard heard = {0};
    struct report report = {.step = listen, .context = &heard};

    (void)state;
    report_note(&report, "well");
    assert_int_equal(report_step(&report, "form", STATUS_ACCEPTED), STATUS_ACCEPTED);
    assert_int_equal(heard.count, 1);
    assert_string_equal(heard.step, "form");
    assert_int_equal(heard.status, STATUS_ACCEPTED);
    assert_string_equal(heard.detail, "well");
    assert_string_equal(report.detail, "");
}

static void test_step_refused(void **state)
{
    struct heard heard = {0};
    struct report report = {.step = listen, .context = &heard};

    (void)state;
    (void)report_refuse(&report, STATUS_EXPIRED, "late");
    assert_int_equal(report_step(&report, "claims", STATUS_EXPIRED), STATUS_EXPIRED);
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.status, STATUS_EXPIRED);
    assert_string_equal(heard.detail, "late");
    assert_string_equal(report.detail, "late");
}

static void test_nobody_listens(void **state)
{
    struct report report = {.detail = "well"};

    (void)state;
    assert_int_equal(report_step(&report, "form", STATUS_TIMEOUT), STATUS_TIMEOUT);
    assert_string_equal(report.detail, "well");
    assert_int_equal(report_step(&report, "form", STATUS_ACCEPTED), STATUS_ACCEPTED);
    assert_string_equal(report.detail, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refuse),
        cmocka_unit_test(test_note),
        cmocka_unit_test(test_long_detail_is_cut),
        cmocka_unit_test(test_step_accepted),
        cmocka_unit_test(test_step_refused),
        cmocka_unit_test(test_nobody_listens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
