/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/verify.c with revocation: answers at hand, and those that must be fetched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "verify-world.h"

static struct answer list_of(unsigned issuer, struct span entries)
{
    const struct crl_plan plan = {.issuer = issuer == 0 ? verify_root : verify_chain.certs[1],
                                  .key = make_key(KEY_P256, issuer),
                                  .entries = entries};

    return (struct answer){ANSWER_CRL, make_crl(&plan), "/list"};
}

static struct issuer_rules fetching_issuer(void)
{
    struct issuer_rules issuer = make_issuer();

    issuer.revocation = REVOCATION_REQUIRE;
    issuer.fetch = FETCH_CONFIGURED;
    issuer.ocsp_responder = STRING("http://ocsp.example/");
    return issuer;
}

static void assert_judged(const char *token, const char *user, const struct issuer_rules *issuer,
                          struct outcome *outcome, const char *steps)
{
    struct issuer_rules copy = *issuer;
    struct rules rules = make_rules(&copy);

    (void)judge_with(&rules, token, user, good_anchors(), outcome);
    assert_string_equal(outcome->steps, steps);
}

#define BEFORE_FETCH "form issuer algorithm key chain status status revocation "

static void test_answers(void **state)
{
    struct issuer_rules issuer = fetching_issuer();
    char *token = es256_token(CLAIMS);
    struct span revoked = make_entry(BYTES("\x0a\x0b"), NONE);

    (void)state;
    {
        OUTCOME_CLEANUP struct outcome outcome = {
            .fetching = FETCHING_POSSIBLE,
            .answers = {.items = {list_of(0, NONE), list_of(1, NONE)}, .count = 2}};

        assert_judged(token, "alice", &issuer, &outcome,
                      BEFORE_FETCH "signature claims user requirements replay fetch ");
        assert_string_equal(outcome.verdict.revocation, "crl");
        assert_null(outcome.verdict.plan);
    }
    {
        OUTCOME_CLEANUP struct outcome outcome = {
            .fetching = FETCHING_POSSIBLE,
            .answers = {.items = {list_of(0, NONE), list_of(1, revoked)}, .count = 2}};

        assert_judged(token, "alice", &issuer, &outcome,
                      "form issuer algorithm key chain status:revoked revocation:revoked");
        assert_null(outcome.verdict.plan);
    }
    free(token);
}

/* The clock of answers has the leeway of the rules. */
static void test_answers_in_time(void **state)
{
    struct issuer_rules issuer = fetching_issuer();
    struct rules rules = make_rules(&issuer);
    const struct crl_plan ahead = {.issuer = verify_chain.certs[1],
                                   .key = make_key(KEY_P256, 1),
                                   .this_update = make_time("260601000100Z")};
    struct answer list = {ANSWER_CRL, make_crl(&ahead), "/ahead"};
    char *token = es256_token(CLAIMS);

    (void)state;
    for (rules.leeway = 59; rules.leeway <= 60; rules.leeway++) {
        OUTCOME_CLEANUP struct outcome outcome = {
            .answers = {.items = {list_of(0, NONE), list}, .count = 2}};

        assert_int_equal(judge_with(&rules, token, "alice", good_anchors(), &outcome),
                         rules.leeway == 60 ? STATUS_ACCEPTED : STATUS_REVOCATION_UNKNOWN);
    }
    free(token);
}

/* Only a token that all else says yes to makes anybody ask the network. */
static void test_fetch_comes_last(void **state)
{
    struct issuer_rules issuer = fetching_issuer();
    char *token = es256_token(CLAIMS);

    (void)state;
    {
        OUTCOME_CLEANUP struct outcome outcome = {.fetching = FETCHING_POSSIBLE};

        assert_judged(token, "alice", &issuer, &outcome,
                      BEFORE_FETCH "signature claims user requirements replay fetch:revocation-unknown");
        assert_non_null(outcome.verdict.plan);
        assert_int_equal(outcome.verdict.plan->count, 2);
        assert_null(outcome.verdict.user);
        assert_int_equal(outcome.verdict.expires, 0);
    }
    {
        OUTCOME_CLEANUP struct outcome outcome = {.fetching = FETCHING_POSSIBLE};

        assert_judged(token, "bob", &issuer, &outcome,
                      BEFORE_FETCH "signature claims user:user-mismatch");
        assert_null(outcome.verdict.plan);
    }
    {
        OUTCOME_CLEANUP struct outcome outcome = {.fetching = FETCHING_POSSIBLE};
        struct issuer_rules other = issuer;

        other.audience = LIST("other");
        assert_judged(token, "alice", &other, &outcome,
                      BEFORE_FETCH "signature claims:wrong-audience");
        assert_null(outcome.verdict.plan);
    }
    spoil_signature(token);
    {
        OUTCOME_CLEANUP struct outcome outcome = {.fetching = FETCHING_POSSIBLE};

        assert_judged(token, "alice", &issuer, &outcome, BEFORE_FETCH "signature:bad-signature");
        assert_null(outcome.verdict.plan);
    }
    free(token);
}

static void test_fetch_was_tried(void **state)
{
    struct issuer_rules issuer = fetching_issuer();
    char *token = es256_token(CLAIMS);

    (void)state;
    {
        OUTCOME_CLEANUP struct outcome outcome = {.fetching = FETCHING_TRIED,
                                                  .failures = "http://ocsp.example/: refused"};

        assert_judged(token, "alice", &issuer, &outcome,
                      "form issuer algorithm key chain status:revocation-unavailable "
                      "status:revocation-unavailable revocation:revocation-unavailable");
        assert_non_null(strstr(outcome.detail, "http://ocsp.example/: refused"));
        assert_null(outcome.verdict.plan);
    }
    issuer.revocation = REVOCATION_PREFER;
    {
        OUTCOME_CLEANUP struct outcome outcome = {.fetching = FETCHING_TRIED};

        assert_judged(token, "alice", &issuer, &outcome,
                      BEFORE_FETCH "signature claims user requirements replay fetch ");
        assert_string_equal(outcome.verdict.revocation, "unknown");
    }
    free(token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_answers_in_time),
        cmocka_unit_test(test_fetch_comes_last),
        cmocka_unit_test(test_fetch_was_tried),
    };
    int failed = cmocka_run_group_tests(tests, make_certs, NULL);

    make_free_all();
    make_crl_free_all();
    return failed;
}
