/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/revocation.c with CRLs and OCSP responses at hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../../lib/fetch-plan.h"
#include "../../../lib/revocation.h"
#include "make-answers.h"
#include "make-token.h"

static struct answer_world world;

#define SAYS(...) (&(struct single_plan){__VA_ARGS__})
#define NO_ENTRIES NONE
#define SIGNER_REVOKED make_entry(BYTES(SIGNER_SERIAL), NONE)
#define CA_REVOKED make_entry(BYTES(CA_SERIAL), NONE)

/* Asked about certificates of `world`; zero: require, nothing fetched, no answers. */
struct trial {
    enum revocation_mode mode;
    enum fetching fetching;
    const char *failures;
    struct memory_answers answers;
    struct issuer_rules issuer;
    struct trusted_key *key;
    struct report report;
    char steps[2048]; /* "slug detail\n" each */
};

static void listen(void *context, const char *step, enum status status, const char *detail)
{
    char *steps = context;

    assert_string_equal(step, "status");
    sprintf(steps + strlen(steps), "%s %s\n", status_slug(status), detail);
}

static void trial_free(struct trial *trial)
{
    trusted_key_free(&trial->key);
}

#define TRIAL_CLEANUP __attribute__((cleanup(trial_free)))
#define ANSWERS(...)                                                                               \
    .answers = {.items = {__VA_ARGS__},                                                            \
                .count = sizeof((struct answer[]){__VA_ARGS__}) / sizeof(struct answer)}

static struct issuer_rules make_rule(enum revocation_mode mode)
{
    struct issuer_rules issuer = make_issuer();

    issuer.revocation = mode;
    issuer.ocsp_max_age = 7200;
    issuer.ocsp_responder = STRING("");
    return issuer;
}

static enum status run(struct trial *trial)
{
    TRUSTED_PATH_CLEANUP struct trusted_path *path = make_answer_path(&world);
    struct answer_source source = make_answer_source(&trial->answers);
    const struct revocation_question question = {.issuer = &trial->issuer,
                                                 .answers = &source,
                                                 .now = NOW,
                                                 .leeway = 60,
                                                 .fetching = trial->fetching,
                                                 .failures = trial->failures};
    enum status status;

    if (!trial->issuer.issuer)
        trial->issuer = make_rule(trial->mode);
    trial->report.step = listen;
    trial->report.context = trial->steps;
    status = revocation_check(path, &question, &trial->key, &trial->report);
    assert_int_equal(trial->key != NULL, status == STATUS_ACCEPTED);
    assert_int_equal(trial->report.detail[0] == '\0', status == STATUS_ACCEPTED);
    return status;
}

static void assert_settled(struct trial *trial, const char *by)
{
    if (run(trial) != STATUS_ACCEPTED)
        fail_msg("%s", trial->report.detail);
    assert_string_equal(trusted_key_revocation(trial->key), by);
    trial_free(trial);
}

static void assert_refused(struct trial *trial, enum status expected, const char *detail)
{
    assert_int_equal(run(trial), expected);
    if (!strstr(trial->report.detail, detail))
        fail_msg("expected '%s' in '%s'", detail, trial->report.detail);
}

#define SETTLED(by, ...) assert_settled(&(struct trial){__VA_ARGS__}, by)
#define REFUSED(status, detail, ...) assert_refused(&(struct trial){__VA_ARGS__}, status, detail)

static struct answer crl_signer, crl_ca, ocsp_signer, ocsp_ca, crl_signer_revoked, crl_ca_revoked,
    ocsp_signer_revoked, ocsp_signer_unknown, ocsp_old_unknown, junk;

static int make_world(void **state)
{
    (void)state;
    world = make_answer_world(NULL, NULL);
    crl_signer = crl_answer(&world, false, NO_ENTRIES);
    crl_ca = crl_answer(&world, true, NO_ENTRIES);
    crl_signer_revoked = crl_answer(&world, false, SIGNER_REVOKED);
    crl_ca_revoked = crl_answer(&world, true, CA_REVOKED);
    ocsp_signer = ocsp_answer(&world, false, SAYS(.said = SAYS_GOOD));
    ocsp_ca = ocsp_answer(&world, true, SAYS(.said = SAYS_GOOD));
    ocsp_signer_revoked = ocsp_answer(&world, false, SAYS(.said = SAYS_REVOKED));
    ocsp_signer_unknown = ocsp_answer(&world, false, SAYS(.said = SAYS_UNKNOWN));
    ocsp_old_unknown = ocsp_answer(&world, false,
                                   SAYS(.said = SAYS_UNKNOWN, .this_update = "20260501000000Z",
                                        .next_update = "20260502000000Z"));
    junk = (struct answer){ANSWER_CRL, BYTES("junk"), "/junk"};
    return 0;
}

/* --- good ------------------------------------------------------------------------------------- */

static void test_good(void **state)
{
    (void)state;
    SETTLED("crl", ANSWERS(crl_signer, crl_ca));
    SETTLED("ocsp", ANSWERS(ocsp_signer, ocsp_ca));
    SETTLED("crl", ANSWERS(ocsp_signer, crl_ca));
    SETTLED("crl", ANSWERS(ocsp_ca, crl_signer));
    SETTLED("crl", ANSWERS(junk, crl_ca, junk, crl_signer, junk));
    SETTLED("ocsp", ANSWERS(crl_signer, crl_ca, ocsp_signer, ocsp_ca)); /* newer ones */
    SETTLED("ocsp", ANSWERS(ocsp_ca, ocsp_signer, crl_signer, crl_ca));
    SETTLED("crl", .mode = REVOCATION_PREFER, ANSWERS(crl_signer, crl_ca));
    SETTLED("crl", .fetching = FETCHING_POSSIBLE, ANSWERS(crl_signer, crl_ca));
    SETTLED("crl", .fetching = FETCHING_TRIED, ANSWERS(crl_signer, crl_ca));
    SETTLED("off", .mode = REVOCATION_OFF, ANSWERS(crl_signer_revoked, crl_ca_revoked));
}

/* Every certificate but the anchor: one answer is not enough for two. */
static void test_missing(void **state)
{
    (void)state;
    REFUSED(STATUS_REVOCATION_UNKNOWN, "certificate 0 has no", );
    REFUSED(STATUS_REVOCATION_UNKNOWN, "certificate 1 has no", ANSWERS(crl_signer));
    REFUSED(STATUS_REVOCATION_UNKNOWN, "certificate 0 has no", ANSWERS(crl_ca));
    REFUSED(STATUS_REVOCATION_UNKNOWN, "certificate 0 has no", ANSWERS(ocsp_ca, junk));
    REFUSED(STATUS_REVOCATION_UNKNOWN, "no CRL and no OCSP response is at hand", );
    SETTLED("unknown", .mode = REVOCATION_PREFER);
    SETTLED("unknown", .mode = REVOCATION_PREFER, ANSWERS(crl_signer));
    SETTLED("unknown", .mode = REVOCATION_PREFER, ANSWERS(ocsp_ca));
}

/* Without a source nothing is good. */
static void test_no_source(void **state)
{
    TRUSTED_PATH_CLEANUP struct trusted_path *path = make_answer_path(&world);
    TRUSTED_KEY_CLEANUP struct trusted_key *key = NULL;
    struct issuer_rules issuer = make_rule(REVOCATION_REQUIRE);
    const struct revocation_question question = {.issuer = &issuer, .now = NOW};
    struct report report = {0};

    (void)state;
    assert_int_equal(revocation_check(path, &question, &key, &report), STATUS_REVOCATION_UNKNOWN);
    assert_null(key);
}

static void test_source_fails(void **state)
{
    struct trial trial = {ANSWERS(crl_signer, crl_ca)};

    (void)state;
    trial.answers.failure = STATUS_CONFIG_ERROR;
    assert_refused(&trial, STATUS_CONFIG_ERROR, "the source failed");
    assert_int_equal(trial.answers.calls, 1);
    trial.mode = REVOCATION_PREFER;
    trial.issuer = make_rule(REVOCATION_PREFER);
    assert_refused(&trial, STATUS_CONFIG_ERROR, "the source failed");
    trial.issuer = make_rule(REVOCATION_OFF);
    trial.report.detail[0] = '\0';
    assert_settled(&trial, "off");
}

/* The times of the question are those of the answers. */
static void test_question(void **state)
{
    struct answer no_end =
        ocsp_answer(&world, false, SAYS(.said = SAYS_GOOD, .next_update = NO_TIME));
    struct answer leeway =
        ocsp_answer(&world, false, SAYS(.said = SAYS_GOOD, .this_update = "20260601000100Z"));
    struct trial trial = {ANSWERS(no_end, ocsp_ca)};

    (void)state;
    SETTLED("ocsp", ANSWERS(no_end, ocsp_ca));
    SETTLED("ocsp", ANSWERS(leeway, ocsp_ca));
    trial.issuer = make_rule(REVOCATION_REQUIRE);
    trial.issuer.ocsp_max_age = 60;
    assert_refused(&trial, STATUS_REVOCATION_UNKNOWN, "ocsp_max_age passed");
}

/* --- revoked ---------------------------------------------------------------------------------- */

/* All answers are read before a good one counts: revoked wins wherever it stands. */
static void test_revoked_wins(void **state)
{
    (void)state;
    REFUSED(STATUS_REVOKED, "certificate 0: revoked: revoked since 2026-04-01T00:00:00Z",
            ANSWERS(crl_signer_revoked, crl_ca));
    REFUSED(STATUS_REVOKED, "/ca.crl", ANSWERS(crl_signer_revoked, crl_ca));
    REFUSED(STATUS_REVOKED, "certificate 1: revoked", ANSWERS(crl_signer, crl_ca_revoked));
    REFUSED(STATUS_REVOKED, "certificate 0", ANSWERS(crl_signer, crl_signer_revoked, crl_ca));
    REFUSED(STATUS_REVOKED, "certificate 0", ANSWERS(crl_signer_revoked, crl_signer, crl_ca));
    REFUSED(STATUS_REVOKED, "/ca.crl", ANSWERS(ocsp_signer, crl_ca, crl_signer_revoked));
    REFUSED(STATUS_REVOKED, "/ca.crl", ANSWERS(crl_signer_revoked, ocsp_signer, crl_ca));
    REFUSED(STATUS_REVOKED, "http://ca/", ANSWERS(crl_signer, crl_ca, ocsp_signer_revoked));
    REFUSED(STATUS_REVOKED, "http://ca/", ANSWERS(ocsp_signer_revoked, ocsp_signer_unknown));
    REFUSED(STATUS_REVOKED, "http://ca/", ANSWERS(ocsp_signer_unknown, ocsp_signer_revoked, junk));
}

static void test_revoked_in_every_mode(void **state)
{
    (void)state;
    REFUSED(STATUS_REVOKED, "", .mode = REVOCATION_PREFER, ANSWERS(crl_signer_revoked, crl_ca));
    REFUSED(STATUS_REVOKED, "", .mode = REVOCATION_PREFER, ANSWERS(crl_ca_revoked));
    REFUSED(STATUS_REVOKED, "", .fetching = FETCHING_POSSIBLE, ANSWERS(crl_signer_revoked));
    REFUSED(STATUS_REVOKED, "", .fetching = FETCHING_TRIED, .failures = "x",
            ANSWERS(crl_ca_revoked));
}

/* It is final; that another has no status is not. */
static void test_revoked_before_unknown(void **state)
{
    struct trial trial = {.fetching = FETCHING_POSSIBLE, ANSWERS(crl_ca_revoked)};

    (void)state;
    REFUSED(STATUS_REVOKED, "certificate 1", ANSWERS(crl_ca_revoked));
    REFUSED(STATUS_REVOKED, "certificate 1", .fetching = FETCHING_TRIED, ANSWERS(crl_ca_revoked));
    trial.issuer = make_rule(REVOCATION_REQUIRE);
    trial.issuer.fetch = FETCH_CONFIGURED;
    trial.issuer.ocsp_responder = STRING("http://ocsp.example/");
    assert_refused(&trial, STATUS_REVOKED, "certificate 1");
}

/* What lists the signer's number under another issuer says nothing of it. */
static void test_other_issuer(void **state)
{
    struct answer other = crl_answer(&world, true, SIGNER_REVOKED);

    (void)state;
    SETTLED("crl", ANSWERS(other, crl_signer));
    REFUSED(STATUS_REVOCATION_UNKNOWN, "certificate 0", ANSWERS(other, crl_ca));
}

/* --- none needed ------------------------------------------------------------------------------ */

/* A certificate that needs no status is not looked up; its issuer is. */
static void test_not_needed(void **state)
{
    static const struct extension_plan no_rev_avail[2] = {
        {"2.5.29.56", {(const unsigned char *)"\5\0", 2}, false}};
    struct answer_world kept = world;
    struct trial trial = {ANSWERS(crl_ca, crl_signer_revoked)};

    (void)state;
    world = make_answer_world(no_rev_avail, NULL);
    trial.answers.items[1] = crl_answer(&world, false, SIGNER_REVOKED);
    trial.answers.items[0] = crl_answer(&world, true, NO_ENTRIES);
    assert_int_equal(run(&trial), STATUS_ACCEPTED);
    assert_int_equal(trial.answers.calls, 1);
    assert_string_equal(trusted_key_revocation(trial.key), "crl");
    assert_non_null(strstr(trial.steps, "accepted certificate 0: not needed: noRevAvail\n"));
    trial_free(&trial);
    trial.answers.count = 0;
    assert_refused(&trial, STATUS_REVOCATION_UNKNOWN, "certificate 1");
    world = kept;
}

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

    if (run(trial) != STATUS_ACCEPTED)
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
    struct answer_world kept = world;
    struct trial trial = {.issuer = make_rule(REVOCATION_PREFER)};

    (void)state;
    world = make_answer_world(points, NULL);
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
    world = kept;
}

static void assert_steps(struct trial *trial, const char *expected)
{
    (void)run(trial);
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
    const struct crl_plan old = {.issuer = world.ca,
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
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_no_source),
        cmocka_unit_test(test_source_fails),
        cmocka_unit_test(test_question),
        cmocka_unit_test(test_revoked_wins),
        cmocka_unit_test(test_revoked_in_every_mode),
        cmocka_unit_test(test_revoked_before_unknown),
        cmocka_unit_test(test_other_issuer),
        cmocka_unit_test(test_not_needed),
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_nothing_to_fetch),
        cmocka_unit_test(test_tried),
        cmocka_unit_test(test_tried_and_answered),
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_best_reason),
    };
    int failed = cmocka_run_group_tests(tests, make_world, NULL);

    make_free_all();
    make_crl_free_all();
    return failed;
}
