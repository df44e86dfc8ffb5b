/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-answers.h"
#include "make-token.h"

#define CLAIMS                                                                                     \
    "{\"iss\":\"" ISSUER "\",\"aud\":\"pam://host.example/sshd\",\"sub\":\"alice\","               \
    "\"exp\":4070908800}"

static gnutls_x509_crt_t root;
static struct untrusted_chain chain;

static int make_certs(void **state)
{
    struct cert_plan plan;

    (void)state;
    root = make_ca("root", 0, NULL, 0);
    chain.certs[1] = make_ca("intermediate", 1, root, 0);
    plan = plan_signer(make_key(KEY_P256, 2), chain.certs[1], 1);
    plan.serial = "\x0a\x0b";
    chain.certs[0] = make_cert(&plan);
    chain.count = 2;
    return 0;
}

static char *es256_token(const char *claims)
{
    return make_signed("ES256", GNUTLS_SIGN_ECDSA_SHA256, make_key(KEY_P256, 2), &chain, claims);
}

/* Another letter in the signature's first place; still base64url. */
static void spoil_signature(char *token)
{
    char *first = strrchr(token, '.') + 1;

    *first = *first == 'A' ? 'B' : 'A';
}

/* The steps as "form issuer ...", the last one with its slug. */
static void listen(void *context, const char *step, enum status status, const char *detail)
{
    char *steps = context;

    assert_non_null(detail);
    if (status == STATUS_ACCEPTED)
        sprintf(steps + strlen(steps), "%s ", step);
    else
        sprintf(steps + strlen(steps), "%s:%s%s", step, status_slug(status),
                strcmp(step, "status") == 0 ? " " : "");
}

struct outcome {
    struct memory_answers answers; /* given, like the next two */
    enum fetching fetching;
    const char *failures;
    struct verdict verdict;
    char steps[300];
    char detail[REPORT_DETAIL_MAX];
    unsigned anchor_calls;
};

static void outcome_free(struct outcome *outcome)
{
    verdict_free(&outcome->verdict);
}

#define OUTCOME_CLEANUP __attribute__((cleanup(outcome_free)))

static enum status judge_with(const struct rules *rules, const char *token, const char *user,
                              struct memory_anchors anchors, struct outcome *outcome)
{
    struct anchor_source source = make_source(&anchors);
    struct answer_source answers = make_answer_source(&outcome->answers);
    struct judge_sources sources = {.anchors = &source, .answers = &answers};
    struct judge_request request = {.token = span_text(token),
                                    .user = user,
                                    .service = "sshd",
                                    .now = NOW,
                                    .fetching = outcome->fetching,
                                    .failures = outcome->failures};
    struct report report = {.step = listen, .context = outcome->steps};
    enum status status;

    outcome->steps[0] = '\0';
    memset(&outcome->verdict, 0xff, sizeof(outcome->verdict));
    status = judge(rules, &request, &sources, &report, &outcome->verdict);
    assert_int_equal(status, outcome->verdict.status);
    assert_int_equal(report.detail[0] == '\0', status == STATUS_ACCEPTED);
    strcpy(outcome->detail, report.detail);
    outcome->anchor_calls = anchors.calls;
    return status;
}

static struct memory_anchors good_anchors(void)
{
    return (struct memory_anchors){.certs = {root}, .count = 1};
}

static void assert_steps(const char *token, const char *user, const struct issuer_rules *issuer,
                         const char *steps)
{
    struct issuer_rules copy = *issuer;
    struct rules rules = make_rules(&copy);
    OUTCOME_CLEANUP struct outcome outcome = {0};

    (void)judge_with(&rules, token, user, good_anchors(), &outcome);
    assert_string_equal(outcome.steps, steps);
    if (outcome.verdict.status != STATUS_ACCEPTED) {
        assert_null(outcome.verdict.user);
        assert_int_equal(outcome.verdict.expires, 0);
    }
}

#define ALL "form issuer algorithm key chain revocation signature claims user fetch "

static void test_accepted(void **state)
{
    struct issuer_rules issuer = make_issuer();
    struct rules rules = make_rules(&issuer);
    OUTCOME_CLEANUP struct outcome outcome = {0};
    char *token = es256_token(CLAIMS);

    (void)state;
    assert_int_equal(judge_with(&rules, token, "alice", good_anchors(), &outcome), STATUS_ACCEPTED);
    assert_string_equal(outcome.steps, ALL);
    assert_string_equal(outcome.verdict.issuer, ISSUER);
    assert_string_equal(outcome.verdict.subject, "alice");
    assert_string_equal(outcome.verdict.user, "alice");
    assert_string_equal(outcome.verdict.signer, "0a0b");
    assert_string_equal(outcome.verdict.revocation, "off");
    assert_int_equal(outcome.verdict.expires, EXP);
    free(token);
}

/* Each step refuses, and none is run after it. */
static void test_steps(void **state)
{
    struct issuer_rules issuer = make_issuer();
    char *token = es256_token(CLAIMS), *other;

    (void)state;
    assert_steps("junk", "alice", &issuer, "form:not-a-jwt");
    other = es256_token("{\"iss\":\"https://other.example\"}");
    assert_steps(other, "alice", &issuer, "form issuer:unknown-issuer");
    free(other);
    other = es256_token("{\"iss\":5}");
    assert_steps(other, "alice", &issuer, "form issuer:missing-claim");
    free(other);
    issuer.algorithms = LIST("RS256", "es256");
    assert_steps(token, "alice", &issuer, "form issuer algorithm:alg-not-allowed");
    issuer = make_issuer();
    issuer.key_sources = LIST("kid");
    assert_steps(token, "alice", &issuer, "form issuer algorithm key:key-source-not-allowed");
    issuer = make_issuer();
    issuer.signer_names = LIST("other.example");
    assert_steps(token, "alice", &issuer, "form issuer algorithm key chain:signer-not-allowed");
    issuer = make_issuer();
    issuer.revocation = REVOCATION_REQUIRE;
    assert_steps(token, "alice", &issuer,
                 "form issuer algorithm key chain status:revocation-unknown "
                 "status:revocation-unknown revocation:revocation-unknown");
    issuer = make_issuer();
    other = strdup(token);
    spoil_signature(other);
    assert_steps(other, "alice", &issuer,
                 "form issuer algorithm key chain revocation signature:bad-signature");
    free(other);
    issuer.audience = LIST("other");
    assert_steps(token, "alice", &issuer,
                 "form issuer algorithm key chain revocation signature claims:wrong-audience");
    issuer = make_issuer();
    assert_steps(token, "bob", &issuer,
                 "form issuer algorithm key chain revocation signature claims user:user-mismatch");
    free(token);
}

/* Nothing of the token is told before it is verified. */
static void test_what_is_told(void **state)
{
    struct issuer_rules issuer = make_issuer();
    struct rules rules = make_rules(&issuer);
    char *token = es256_token(CLAIMS);

    (void)state;
    {
        OUTCOME_CLEANUP struct outcome outcome = {0};

        assert_int_equal(judge_with(&rules, token, "bob", good_anchors(), &outcome),
                         STATUS_USER_MISMATCH);
        assert_string_equal(outcome.verdict.subject, "alice");
        assert_string_equal(outcome.verdict.signer, "0a0b");
        assert_null(outcome.verdict.user);
    }
    spoil_signature(token);
    {
        OUTCOME_CLEANUP struct outcome outcome = {0};

        assert_int_equal(judge_with(&rules, token, "alice", good_anchors(), &outcome),
                         STATUS_BAD_SIGNATURE);
        assert_null(outcome.verdict.subject);
        assert_string_equal(outcome.verdict.issuer, ISSUER);
    }
    {
        OUTCOME_CLEANUP struct outcome outcome = {0};
        struct memory_anchors none = {.count = 0};

        assert_int_equal(judge_with(&rules, token, "alice", none, &outcome),
                         STATUS_UNTRUSTED_CHAIN);
        assert_null(outcome.verdict.signer);
        assert_null(outcome.verdict.revocation);
    }
    free(token);
}

static void test_subject(void **state)
{
    static const struct {
        const char *sub, *told; /* NULL: nothing */
    } rows[] = {
        {",\"sub\":\"x\"", "x"}, {"", NULL}, {",\"sub\":5", NULL}, {",\"sub\":\"a\\u0000b\"", "a"},
        {",\"sub\":\"\"", ""},
    };
    struct issuer_rules issuer = make_issuer();
    struct rules rules = make_rules(&issuer);

    (void)state;
    issuer.user_claim = STRING("upn");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OUTCOME_CLEANUP struct outcome outcome = {0};
        char claims[300], *token;

        snprintf(claims, sizeof(claims),
                 "{\"iss\":\"" ISSUER "\",\"aud\":\"pam://host.example/sshd\",\"exp\":4070908800,"
                 "\"upn\":\"alice\"%s}",
                 rows[i].sub);
        token = es256_token(claims);
        assert_int_equal(judge_with(&rules, token, "alice", good_anchors(), &outcome),
                         STATUS_ACCEPTED);
        if (rows[i].told)
            assert_string_equal(outcome.verdict.subject, rows[i].told);
        else
            assert_null(outcome.verdict.subject);
        free(token);
    }
}

/* Each issuer has rules of its own; the token chooses by iss, byte for byte. */
static void test_several_issuers(void **state)
{
    struct issuer_rules issuers[3] = {make_issuer(), make_issuer(), make_issuer()};
    struct rules rules = make_rules(issuers);
    char *token = es256_token(CLAIMS);

    (void)state;
    rules.issuer_count = 3;
    issuers[0].issuer = STRING("https://issuer.example/");
    issuers[2].issuer = STRING("https://issuer.exampl");
    issuers[0].algorithms = issuers[2].algorithms = LIST("RS256");
    {
        OUTCOME_CLEANUP struct outcome outcome = {0};

        assert_int_equal(judge_with(&rules, token, "alice", good_anchors(), &outcome),
                         STATUS_ACCEPTED);
        assert_string_equal(outcome.verdict.issuer, ISSUER);
    }
    issuers[1].issuer = STRING("https://third.example");
    {
        OUTCOME_CLEANUP struct outcome outcome = {0};

        assert_int_equal(judge_with(&rules, token, "alice", good_anchors(), &outcome),
                         STATUS_UNKNOWN_ISSUER);
        assert_null(outcome.verdict.issuer);
        assert_int_equal(outcome.anchor_calls, 0);
    }
    rules.issuer_count = 0;
    {
        OUTCOME_CLEANUP struct outcome outcome = {0};

        assert_int_equal(judge_with(&rules, token, "alice", good_anchors(), &outcome),
                         STATUS_UNKNOWN_ISSUER);
    }
    free(token);
}

static void test_source_fails(void **state)
{
    struct issuer_rules issuer = make_issuer();
    struct rules rules = make_rules(&issuer);
    struct memory_anchors anchors = good_anchors();
    OUTCOME_CLEANUP struct outcome outcome = {0};
    char *token = es256_token(CLAIMS);

    (void)state;
    anchors.fail_at = 1;
    anchors.failure = STATUS_CONFIG_ERROR;
    assert_int_equal(judge_with(&rules, token, "alice", anchors, &outcome), STATUS_CONFIG_ERROR);
    assert_string_equal(outcome.detail, "the source failed");
    free(token);
}

/* A genuine chain with somebody else's signature. */
static void test_borrowed_chain(void **state)
{
    struct issuer_rules issuer = make_issuer();
    char *token =
        make_signed("ES256", GNUTLS_SIGN_ECDSA_SHA256, make_key(KEY_P256, 1), &chain, CLAIMS);

    (void)state;
    assert_steps(token, "alice", &issuer,
                 "form issuer algorithm key chain revocation signature:bad-signature");
    free(token);
}

/* Every prefix of a token, and every token with one character changed: refused, and nothing leaks.
 */
static void test_mutations(void **state)
{
    struct issuer_rules issuer = make_issuer();
    struct rules rules = make_rules(&issuer);
    char *token = es256_token(CLAIMS);
    size_t len = strlen(token);

    (void)state;
    for (size_t i = 0; i < len; i++) {
        OUTCOME_CLEANUP struct outcome changed = {0}, cut = {0};
        char old = token[i], *prefix = strndup(token, i);

        assert_int_not_equal(judge_with(&rules, prefix, "alice", good_anchors(), &cut),
                             STATUS_ACCEPTED);
        token[i] = old == 'A' ? 'B' : 'A';
        assert_int_not_equal(judge_with(&rules, token, "alice", good_anchors(), &changed),
                             STATUS_ACCEPTED);
        token[i] = old;
        free(prefix);
    }
    free(token);
}

/* --- revocation ------------------------------------------------------------------------------- */

static struct answer list_of(unsigned issuer, struct span entries)
{
    const struct crl_plan plan = {.issuer = issuer == 0 ? root : chain.certs[1],
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
                      BEFORE_FETCH "signature claims user fetch ");
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
    const struct crl_plan ahead = {.issuer = chain.certs[1],
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
                      BEFORE_FETCH "signature claims user fetch:revocation-unknown");
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
                      BEFORE_FETCH "signature claims user fetch ");
        assert_string_equal(outcome.verdict.revocation, "unknown");
    }
    free(token);
}

static void test_verdict_free(void **state)
{
    struct verdict verdict = {.issuer = strdup("x"), .user = strdup("y")};

    (void)state;
    verdict_free(&verdict);
    assert_null(verdict.issuer);
    assert_null(verdict.user);
    assert_int_equal(verdict.status, STATUS_INTERNAL_ERROR);
    verdict_free(&verdict);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),         cmocka_unit_test(test_steps),
        cmocka_unit_test(test_what_is_told),     cmocka_unit_test(test_subject),
        cmocka_unit_test(test_several_issuers),  cmocka_unit_test(test_source_fails),
        cmocka_unit_test(test_borrowed_chain),   cmocka_unit_test(test_mutations),
        cmocka_unit_test(test_answers),          cmocka_unit_test(test_answers_in_time),
        cmocka_unit_test(test_fetch_comes_last), cmocka_unit_test(test_fetch_was_tried),
        cmocka_unit_test(test_verdict_free),
    };
    int failed = cmocka_run_group_tests(tests, make_certs, NULL);

    make_free_all();
    make_crl_free_all();
    return failed;
}
