/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/status.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
    const char *name;
    int number;
    const char *slug, *sentence, *source, *pam;
};

static const struct row rows[] = {
#define STATUS(name, number, slug, sentence, source, pam)                                          \
    {#name, number, slug, sentence, source, #pam},
#include "../../../lib/status.def"
#undef STATUS
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* The slug is the name in lower case with dashes, so that neither can drift from the other. */
static void assert_slug_of_name(const struct row *row)
{
    assert_int_equal(strlen(row->slug), strlen(row->name));
    for (size_t i = 0; row->name[i]; i++) {
        char expected = row->name[i];

        if (expected == '_')
            expected = '-';
        else if (expected >= 'A' && expected <= 'Z')
            expected = (char)(expected - 'A' + 'a');
        assert_int_equal(row->slug[i], expected);
    }
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        enum status status = (enum status)rows[i].number;

        assert_slug_of_name(&rows[i]);
        assert_string_equal(status_slug(status), rows[i].slug);
        assert_string_equal(status_sentence(status), rows[i].sentence);
        assert_string_equal(status_source(status), rows[i].source);
        assert_true(status_known(rows[i].number));
    }
}

static void test_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_not_equal(rows[i].number, STATUS_ACCEPTED);
        for (size_t k = i + 1; k < ROWS; k++) {
            assert_int_not_equal(rows[i].number, rows[k].number);
            assert_string_not_equal(rows[i].slug, rows[k].slug);
            assert_string_not_equal(rows[i].sentence, rows[k].sentence);
        }
    }
}

/* Positive numbers are a decided no, and only they are an authentication failure. */
static void test_pam(void **state)
{
    static const char *const undecided[] = {"AUTHINFO_UNAVAIL", "SERVICE_ERR", "BUF_ERR",
                                            "SYSTEM_ERR"};

    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        bool among = false;

        for (size_t k = 0; k < sizeof(undecided) / sizeof(undecided[0]); k++)
            among = among || strcmp(rows[i].pam, undecided[k]) == 0;
        if (rows[i].number > 0)
            assert_string_equal(rows[i].pam, "AUTH_ERR");
        else
            assert_true(among);
    }
}

static void test_accepted(void **state)
{
    (void)state;
    assert_string_equal(status_slug(STATUS_ACCEPTED), "accepted");
    assert_true(strlen(status_sentence(STATUS_ACCEPTED)) > 0);
    assert_true(strlen(status_source(STATUS_ACCEPTED)) > 0);
    assert_true(status_known(0));
}

static void test_unknown(void **state)
{
    static const int numbers[] = {INT_MIN, -1000, 1000, INT_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        enum status status = (enum status)numbers[i];

        assert_false(status_known(numbers[i]));
        assert_string_equal(status_slug(status), "internal-error");
        assert_string_equal(status_sentence(status), status_sentence(STATUS_INTERNAL_ERROR));
        assert_string_equal(status_source(status), status_source(STATUS_INTERNAL_ERROR));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),     cmocka_unit_test(test_unique),  cmocka_unit_test(test_pam),
        cmocka_unit_test(test_accepted), cmocka_unit_test(test_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
