/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/revocation.c with CRLs and OCSP responses at hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "make-token.h"
#include "revocation-trial.h"

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
    TRUSTED_PATH_CLEANUP struct trusted_path *path = make_answer_path(&trial_world);
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
        ocsp_answer(&trial_world, false, SAYS(.said = SAYS_GOOD, .next_update = NO_TIME));
    struct answer leeway =
        ocsp_answer(&trial_world, false, SAYS(.said = SAYS_GOOD, .this_update = "20260601000100Z"));
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
    struct answer other = crl_answer(&trial_world, true, SIGNER_REVOKED);

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
    struct answer_world kept = trial_world;
    struct trial trial = {ANSWERS(crl_ca, crl_signer_revoked)};

    (void)state;
    trial_world = make_answer_world(no_rev_avail, NULL);
    trial.answers.items[1] = crl_answer(&trial_world, false, SIGNER_REVOKED);
    trial.answers.items[0] = crl_answer(&trial_world, true, NO_ENTRIES);
    assert_int_equal(trial_run(&trial), STATUS_ACCEPTED);
    assert_int_equal(trial.answers.calls, 1);
    assert_string_equal(trusted_key_revocation(trial.key), "crl");
    assert_non_null(strstr(trial.steps, "accepted certificate 0: not needed: noRevAvail\n"));
    trial_free(&trial);
    trial.answers.count = 0;
    assert_refused(&trial, STATUS_REVOCATION_UNKNOWN, "certificate 1");
    trial_world = kept;
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
    };
    int failed = cmocka_run_group_tests(tests, trial_make_world, NULL);

    make_free_all();
    make_crl_free_all();
    return failed;
}
