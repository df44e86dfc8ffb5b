/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/revocation.c: what stays open to be fetched, what is asked for, and what is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../lib/fetch-plan.h"
#include "make-token.h"
#include "revocation-trial.h"

/* --- fetching --------------------------------------------------------------------------------- */

static struct issuer_rules fetching_rule(enum revocation_mode mode)
{
    struct issuer_rules issuer = make_rule(mode);

    issuer.fetch = FETCH_CONFIGURED;
    issuer.ocsp_responder = STRING("http://ocsp.example/");
    return issuer;
}

static void assert_plan(struct trial *trial, unsigned wishes)
{
    FETCH_PLAN_CLEANUP struct fetch_plan *plan = NULL;

    if (trial_run(trial) != STATUS_ACCEPTED)
        fail_msg("%s", trial->report.detail);
    plan = trusted_key_take_plan(trial->key);
    assert_int_equal(plan ? plan->count : 0, wishes);
    assert_null(trusted_key_take_plan(trial->key));
    trial_free(trial);
}

#define PLANNED(wishes, ...) assert_plan(&(struct trial){__VA_ARGS__}, wishes)

/* What may be fetched stays open, in both modes; what has its status does not. */
static void test_open(void **state)
{
    const struct issuer_rules require = fetching_rule(REVOCATION_REQUIRE);
    const struct issuer_rules prefer = fetching_rule(REVOCATION_PREFER);

    (void)state;
    PLANNED(2, .issuer = require, .fetching = FETCHING_POSSIBLE);
    PLANNED(2, .issuer = prefer, .fetching = FETCHING_POSSIBLE);
    PLANNED(1, .issuer = require, .fetching = FETCHING_POSSIBLE, ANSWERS(crl_ca));
    PLANNED(1, .issuer = require, .fetching = FETCHING_POSSIBLE, ANSWERS(crl_signer));
    PLANNED(0, .issuer = require, .fetching = FETCHING_POSSIBLE, ANSWERS(crl_signer, crl_ca));
    PLANNED(0, .issuer = make_rule(REVOCATION_OFF), .fetching = FETCHING_POSSIBLE);
    PLANNED(0, .issuer = prefer, .fetching = FETCHING_OFF);
    PLANNED(0, .issuer = prefer, .fetching = FETCHING_TRIED);
    /* a responder that did not know it yesterday may know it today */
    PLANNED(1, .issuer = require, .fetching = FETCHING_POSSIBLE,
            ANSWERS(crl_ca, ocsp_signer_unknown));
}

/* Where nothing may be fetched, nothing is waited for. */
static void test_nothing_to_fetch(void **state)
{
    struct issuer_rules none = fetching_rule(REVOCATION_REQUIRE);

    (void)state;
    none.fetch = FETCH_NONE;
    REFUSED(STATUS_REVOCATION_UNKNOWN, "certificate 0", .issuer = none,
            .fetching = FETCHING_POSSIBLE);
    none.fetch = FETCH_AIA;
    none.ocsp_responder = STRING("");
    REFUSED(STATUS_REVOCATION_UNKNOWN, "certificate 0", .issuer = none,
            .fetching = FETCHING_POSSIBLE);
}

static void test_tried(void **state)
{
    const struct issuer_rules require = fetching_rule(REVOCATION_REQUIRE);

    (void)state;
    REFUSED(STATUS_REVOCATION_UNAVAILABLE, "; http://ocsp.example/: refused", .issuer = require,
            .fetching = FETCHING_TRIED, .failures = "http://ocsp.example/: refused");
    REFUSED(STATUS_REVOCATION_UNAVAILABLE, "certificate 1", .issuer = require,
            .fetching = FETCHING_TRIED, ANSWERS(crl_signer));
    SETTLED("unknown", .mode = REVOCATION_PREFER, .fetching = FETCHING_TRIED, .failures = "x");
    SETTLED("crl", .issuer = require, .fetching = FETCHING_TRIED, .failures = "x",
            ANSWERS(crl_signer, crl_ca));
}

/* A responder that answers, but does not know the certificate, has been reached. */
static void test_tried_and_answered(void **state)
{
    (void)state;
    REFUSED(STATUS_REVOCATION_UNKNOWN, "does not know", .fetching = FETCHING_TRIED,
            ANSWERS(ocsp_signer_unknown, crl_ca));
    REFUSED(STATUS_REVOCATION_UNKNOWN, "does not know", .fetching = FETCHING_TRIED,
            ANSWERS(ocsp_signer_unknown, junk, crl_ca));
    REFUSED(STATUS_REVOCATION_UNAVAILABLE, "nextUpdate passed", .fetching = FETCHING_TRIED,
            ANSWERS(ocsp_old_unknown, crl_ca));
    REFUSED(STATUS_REVOCATION_UNAVAILABLE, "certificate 1", .fetching = FETCHING_TRIED,
            ANSWERS(ocsp_signer));
    /* another source knows it */
    SETTLED("crl", .fetching = FETCHING_TRIED, ANSWERS(ocsp_signer_unknown, crl_ca, crl_signer));
}

/* --- what is asked and told ------------------------------------------------------------------- */

static void test_query(void **state)
{
    static const char *const many[20] = {
        "http://0/", "http://1/", "http://2/", "http://3/", "http://4/", "http://5/", "http://6/",
        "http://7/", "http://8/", "http://9/", "http://a/", "http://b/", "http://c/", "http://d/",
        "http://e/", "http://f/", "http://g/", "http://h/", "http://i/", "http://j/"};
    const struct extension_plan points[2] = {
        POINTS(make_point("http://p/"), make_point("http://q/"))};
    struct answer_world kept = trial_world;
    struct trial trial = {.issuer = make_rule(REVOCATION_PREFER)};

    (void)state;
    trial_world = make_answer_world(points, NULL);
    trial.issuer.crl_urls = (struct string_list){(char **)many, 2};
    assert_settled(&trial, "unknown");
    assert_int_equal(trial.answers.calls, 2);
    assert_int_equal(trial.answers.query.crl_url_count, 4);
    assert_string_equal(trial.answers.query.crl_urls[1], "http://1/");
    assert_true(trial.answers.request.len > 60 && trial.answers.request.ptr[0] == 0x30);
    trial.answers.calls = 0;
    trial.issuer.crl_urls.count = 20;
    assert_settled(&trial, "unknown");
    assert_int_equal(trial.answers.query.crl_url_count, ANSWER_URLS_MAX);
    trial_world = kept;
}

static void assert_steps(struct trial *trial, const char *expected)
{
    (void)trial_run(trial);
    assert_string_equal(trial->steps, expected);
    trial_free(trial);
}

#define STEPS(expected, ...) assert_steps(&(struct trial){__VA_ARGS__}, expected)

static void test_steps(void **state)
{
    (void)state;
    STEPS("accepted certificate 0: good: OCSP response of http://ca/, 60 min old, next update "
          "2026-06-01T01:00:00Z\n"
          "accepted certificate 1: good: CRL of /root.crl, 31 d old, next update "
          "2026-07-01T00:00:00Z\n",
          ANSWERS(ocsp_signer, crl_ca));
    STEPS("revocation-unknown certificate 0: unknown: no CRL and no OCSP response is at hand\n"
          "revocation-unknown certificate 1: unknown: no CRL and no OCSP response is at hand\n", );
    STEPS("accepted certificate 0: unknown: no CRL and no OCSP response is at hand\n"
          "accepted certificate 1: unknown: no CRL and no OCSP response is at hand\n",
          .mode = REVOCATION_PREFER);
    STEPS("revoked certificate 0: revoked: revoked since 2026-04-01T00:00:00Z (no reason given): "
          "CRL of /ca.crl, 31 d old, next update 2026-07-01T00:00:00Z\n",
          ANSWERS(crl_signer_revoked, crl_ca));
    STEPS("", .mode = REVOCATION_OFF);
}

/* Of several answers that decide nothing, the one of the right issuer is told. */
static void test_best_reason(void **state)
{
    const struct crl_plan old = {.issuer = trial_world.ca,
                                 .key = make_key(KEY_P256, 1),
                                 .next_update = make_time("260502000000Z")};
    struct answer expired = {ANSWER_CRL, make_crl(&old), "/old.crl"};

    (void)state;
    REFUSED(STATUS_REVOCATION_UNKNOWN, "expired: CRL of /old.crl", ANSWERS(expired, junk, crl_ca));
    REFUSED(STATUS_REVOCATION_UNKNOWN, "expired: CRL of /old.crl", ANSWERS(crl_ca, junk, expired));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open),        cmocka_unit_test(test_nothing_to_fetch),
        cmocka_unit_test(test_tried),       cmocka_unit_test(test_tried_and_answered),
        cmocka_unit_test(test_query),       cmocka_unit_test(test_steps),
        cmocka_unit_test(test_best_reason),
    };
    int failed = cmocka_run_group_tests(tests, trial_make_world, NULL);

    make_free_all();
    make_crl_free_all();
    return failed;
}
