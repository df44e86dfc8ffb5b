/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a response that makes nothing good is an answer at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../lib/ocsp.h"
#include "make-ocsp.h"

#define BYTES(literal) span_of(literal, sizeof(literal) - 1)

static struct ocsp_world world;

#define ENTRY(...) (&(struct single_plan){__VA_ARGS__})

static struct evidence judge(const struct single_plan *change)
{
    struct ocsp_plan plan = plan_ocsp(&world);
    struct evidence evidence;

    plan.singles[0] = *change;
    plan.singles[0].cert = world.leaf;
    plan.singles[0].issuer = world.ca;
    ocsp_look_up(make_ocsp(&plan), &world.question, &evidence);
    return evidence;
}

/* "I do not know it" is an answer, if it is current and rightly signed. */
static void test_answered(void **state)
{
    struct ocsp_plan plan = plan_ocsp(&world);
    struct evidence evidence;

    (void)state;
    assert_true(judge(ENTRY(.said = SAYS_UNKNOWN)).answered);
    assert_true(judge(ENTRY(.said = SAYS_UNKNOWN)).genuine);
    assert_false(judge(ENTRY(.said = SAYS_UNKNOWN, .next_update = HOUR_AGO)).answered);
    assert_false(judge(ENTRY(.said = SAYS_UNKNOWN, .this_update = HOUR_AHEAD)).answered);
    assert_true(judge(ENTRY(.said = SAYS_UNKNOWN, .next_update = HOUR_AGO)).genuine);
    assert_false(judge(ENTRY(.said = SAYS_GOOD)).answered);
    assert_false(judge(ENTRY(.said = SAYS_REVOKED)).answered);
    assert_false(judge(ENTRY(.said = SAYS_UNKNOWN, .extension = "critical")).answered);
    plan.singles[0].said = SAYS_UNKNOWN;
    plan.key = make_key(KEY_P256, 2);
    ocsp_look_up(make_ocsp(&plan), &world.question, &evidence);
    assert_false(evidence.answered || evidence.genuine);
    plan = plan_ocsp(&world);
    plan.singles[0].said = SAYS_UNKNOWN;
    plan.singles[0].cert = world.neighbour;
    ocsp_look_up(make_ocsp(&plan), &world.question, &evidence);
    assert_false(evidence.answered || evidence.genuine);
    plan = plan_ocsp(&world);
    plan.singles[0].said = SAYS_UNKNOWN;
    plan.singles[1].raw = BYTES("\x30\x00");
    plan.count = 2;
    ocsp_look_up(make_ocsp(&plan), &world.question, &evidence);
    assert_false(evidence.answered || evidence.genuine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_answered)};
    int failed;

    world = make_ocsp_world();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    make_free_all();
    return failed;
}
