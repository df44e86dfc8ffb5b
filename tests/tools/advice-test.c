/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../tools/advice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_every_status_has_advice(void **state)
{
    static const enum status rows[] = {
#define STATUS(name, number, slug, sentence, source, pam) STATUS_##name,
#include "../../lib/status.def"
#undef STATUS
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!advice_for(rows[i]))
            fail_msg("%s has no advice", status_slug(rows[i]));
    }
}

static void test_acceptance_needs_none(void **state)
{
    (void)state;
    assert_null(advice_for(STATUS_ACCEPTED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_status_has_advice),
        cmocka_unit_test(test_acceptance_needs_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
