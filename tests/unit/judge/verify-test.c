/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "verify-world.h"

#define ALL                                                                                        \
    "form issuer algorithm key chain revocation signature claims user requirements replay fetch "

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
    issuer.require_amr = LIST("mfa");
    assert_steps(token, "bob", &issuer,
                 "form issuer algorithm key chain revocation signature claims user:user-mismatch");
    assert_steps(token, "alice", &issuer,
                 "form issuer algorithm key chain revocation signature claims user "
                 "requirements:missing-claim");
    free(token);
}

/* What is missing may be told to the user whose token it is, and nothing else to anybody. */
static void test_may_tell(void **state)
{
    struct issuer_rules issuer = make_issuer();
    struct rules rules = make_rules(&issuer);
    char *token = es256_token(CLAIMS);
    static const struct {
        const char *user;
        bool may_tell;
    } rows[] = {{"alice", true}, {"bob", false}};

    (void)state;
    issuer.require_amr = LIST("mfa");
    for (size_t i = 0; i < 2; i++) {
        OUTCOME_CLEANUP struct outcome outcome = {0};

        assert_int_not_equal(judge_with(&rules, token, rows[i].user, good_anchors(), &outcome),
                             STATUS_ACCEPTED);
        assert_int_equal(outcome.verdict.may_tell, rows[i].may_tell);
    }
    {
        OUTCOME_CLEANUP struct outcome outcome = {0};

        spoil_signature(token);
        assert_int_equal(judge_with(&rules, token, "alice", good_anchors(), &outcome),
                         STATUS_BAD_SIGNATURE);
        assert_false(outcome.verdict.may_tell);
    }
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
    issuer.user_claim = LIST("upn");
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
    char *token = make_signed("ES256", GNUTLS_SIGN_ECDSA_SHA256, make_key(KEY_P256, 1),
                              &verify_chain, CLAIMS);

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

/* What the module is to have spent; nothing that was refused before has it. */
static void test_replay(void **state)
{
    struct issuer_rules issuer = make_issuer();
    struct rules rules = make_rules(&issuer);
    OUTCOME_CLEANUP struct outcome off = {0}, bad = {0}, good = {0};
    char *with = es256_token("{\"iss\":\"" ISSUER "\",\"aud\":\"pam://host.example/sshd\","
                             "\"sub\":\"alice\",\"exp\":4070908800,\"jti\":\"x\"}"),
         *without = es256_token(CLAIMS);

    (void)state;
    assert_int_equal(judge_with(&rules, with, "alice", good_anchors(), &off), STATUS_ACCEPTED);
    assert_string_equal(off.verdict.replay.id, "");
    issuer.replay = REPLAY_REQUIRE;
    assert_int_equal(judge_with(&rules, without, "alice", good_anchors(), &bad),
                     STATUS_MISSING_CLAIM);
    assert_string_equal(bad.verdict.replay.id, "");
    assert_true(bad.verdict.may_tell);
    assert_int_equal(judge_with(&rules, with, "alice", good_anchors(), &good), STATUS_ACCEPTED);
    assert_true(replay_is_id(span_text(good.verdict.replay.id)));
    assert_int_equal(good.verdict.replay.until, 4070908800 + rules.leeway + 60);
    free(with);
    free(without);
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
        cmocka_unit_test(test_accepted),        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_may_tell),        cmocka_unit_test(test_what_is_told),
        cmocka_unit_test(test_replay),          cmocka_unit_test(test_subject),
        cmocka_unit_test(test_several_issuers), cmocka_unit_test(test_source_fails),
        cmocka_unit_test(test_borrowed_chain),  cmocka_unit_test(test_mutations),
        cmocka_unit_test(test_verdict_free),
    };
    int failed = cmocka_run_group_tests(tests, make_certs, NULL);

    make_free_all();
    make_crl_free_all();
    return failed;
}
