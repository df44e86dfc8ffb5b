/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-token.h"

#define HEADER "{\"alg\":\"ES256\"}"
#define GOOD "\"iss\":\"" ISSUER "\",\"aud\":\"pam://host.example/sshd\""
#define SUB ",\"sub\":\"alice\""
#define LATE ",\"exp\":4070908800" /* 2099-01-01 */
#define LEEWAY 60

static struct issuer_rules issuer;

static int reset_issuer(void **state)
{
    (void)state;
    issuer = make_issuer();
    return 0;
}

static enum status judge_at(const char *header, const char *claims, int64_t now,
                            struct identity **identity)
{
    struct rules rules = make_rules(&issuer);
    SIGNED_CLAIMS_CLEANUP struct signed_claims *made = make_claims(header, claims);
    struct report report = {0};
    enum status status;

    rules.leeway = LEEWAY;
    status = policy_check(made, &rules, &issuer, "sshd", now, identity, &report);
    assert_int_equal(*identity != NULL, status == STATUS_ACCEPTED);
    assert_int_equal(report.detail[0] == '\0', status == STATUS_ACCEPTED);
    make_free_all();
    return status;
}

static void assert_at(const char *header, const char *claims, int64_t now, enum status expected)
{
    IDENTITY_CLEANUP struct identity *identity = NULL;
    enum status found = judge_at(header, claims, now, &identity);

    if (found != expected)
        fail_msg("%s at %lld: expected %s, found %s", claims, (long long)now, status_slug(expected),
                 status_slug(found));
}

static void assert_claims(const char *claims, enum status expected)
{
    assert_at(HEADER, claims, NOW, expected);
}

static void test_accepted(void **state)
{
    IDENTITY_CLEANUP struct identity *identity = NULL;

    (void)state;
    assert_int_equal(judge_at(HEADER, "{" GOOD SUB LATE "}", NOW, &identity), STATUS_ACCEPTED);
    assert_true(span_equal(identity_user_claim(identity), span_text("alice")));
    assert_int_equal(identity_expires(identity), EXP);
}

static void test_typ(void **state)
{
    static const struct {
        const char *typ; /* JSON; NULL: absent */
        enum status with_none, without;
    } rows[] = {
        {NULL, STATUS_ACCEPTED, STATUS_WRONG_TYPE},
        {"\"JWT\"", STATUS_ACCEPTED, STATUS_ACCEPTED},
        {"\"jwt\"", STATUS_ACCEPTED, STATUS_ACCEPTED},
        {"\"application/jwt\"", STATUS_ACCEPTED, STATUS_ACCEPTED},
        {"\"Application/JWT\"", STATUS_ACCEPTED, STATUS_ACCEPTED},
        {"\"at+jwt\"", STATUS_ACCEPTED, STATUS_ACCEPTED},
        {"\"application/at+JWT\"", STATUS_ACCEPTED, STATUS_ACCEPTED},
        {"\"none\"", STATUS_WRONG_TYPE, STATUS_WRONG_TYPE},
        {"\"application/none\"", STATUS_WRONG_TYPE, STATUS_WRONG_TYPE},
        {"null", STATUS_WRONG_TYPE, STATUS_WRONG_TYPE},
        {"\"\"", STATUS_WRONG_TYPE, STATUS_WRONG_TYPE},
        {"5", STATUS_WRONG_TYPE, STATUS_WRONG_TYPE},
        {"[\"JWT\"]", STATUS_WRONG_TYPE, STATUS_WRONG_TYPE},
        {"\"JWS\"", STATUS_WRONG_TYPE, STATUS_WRONG_TYPE},
        {"\"JW\"", STATUS_WRONG_TYPE, STATUS_WRONG_TYPE},
        {"\"JWTs\"", STATUS_WRONG_TYPE, STATUS_WRONG_TYPE},
        {"\"JWT\\u0000\"", STATUS_WRONG_TYPE, STATUS_WRONG_TYPE},
        {"\"application/\"", STATUS_WRONG_TYPE, STATUS_WRONG_TYPE},
        {"\"application/application/JWT\"", STATUS_WRONG_TYPE, STATUS_WRONG_TYPE},
        {"\"text/JWT\"", STATUS_WRONG_TYPE, STATUS_WRONG_TYPE},
        {"\"logout+jwt\"", STATUS_WRONG_TYPE, STATUS_WRONG_TYPE},
        {"\"dpop+jwt\"", STATUS_WRONG_TYPE, STATUS_WRONG_TYPE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char header[100];

        snprintf(header, sizeof(header), "{\"alg\":\"ES256\"%s%s}", rows[i].typ ? ",\"typ\":" : "",
                 rows[i].typ ? rows[i].typ : "");
        issuer.token_types = LIST("JWT", "at+jwt", "none");
        assert_at(header, "{" GOOD SUB LATE "}", NOW, rows[i].with_none);
        issuer.token_types = LIST("JWT", "at+jwt");
        assert_at(header, "{" GOOD SUB LATE "}", NOW, rows[i].without);
    }
}

/* An empty name in token_types is not the absence of typ. */
static void test_empty_type(void **state)
{
    (void)state;
    issuer.token_types = LIST("");
    assert_at(HEADER, "{" GOOD SUB LATE "}", NOW, STATUS_WRONG_TYPE);
}

static void test_cnf(void **state)
{
    (void)state;
    assert_claims("{" GOOD SUB LATE ",\"cnf\":{\"jkt\":\"x\"}}", STATUS_SENDER_CONSTRAINED);
    assert_claims("{" GOOD SUB LATE ",\"cnf\":{}}", STATUS_SENDER_CONSTRAINED);
    assert_claims("{" GOOD SUB LATE ",\"cnf\":null}", STATUS_SENDER_CONSTRAINED);
    assert_claims("{" GOOD SUB LATE ",\"x\":{\"cnf\":1}}", STATUS_ACCEPTED);
}

#define AUD "\"aud\":\"pam://host.example/sshd\""

static void test_iss(void **state)
{
    (void)state;
    assert_claims("{" AUD SUB LATE "}", STATUS_UNKNOWN_ISSUER);
    assert_claims("{" AUD SUB LATE ",\"iss\":\"" ISSUER "/\"}", STATUS_UNKNOWN_ISSUER);
    assert_claims("{" AUD SUB LATE ",\"iss\":\"https://Issuer.example\"}", STATUS_UNKNOWN_ISSUER);
    assert_claims("{" AUD SUB LATE ",\"iss\":\"" ISSUER "\\u0000\"}", STATUS_UNKNOWN_ISSUER);
    assert_claims("{" AUD SUB LATE ",\"iss\":[\"" ISSUER "\"]}", STATUS_UNKNOWN_ISSUER);
    assert_claims("{" AUD SUB LATE ",\"iss\":null}", STATUS_UNKNOWN_ISSUER);
}

static void test_aud(void **state)
{
    (void)state;
    assert_claims("{\"iss\":\"" ISSUER "\"" SUB LATE "}", STATUS_MISSING_CLAIM);
    assert_claims("{\"iss\":\"" ISSUER "\",\"aud\":\"pam://host.example/sudo\"" SUB LATE "}",
                  STATUS_WRONG_AUDIENCE);
}

static const char *with_time(const char *name, int64_t value)
{
    static char claims[300];

    snprintf(claims, sizeof(claims), "{" GOOD SUB "%s,\"%s\":%lld}",
             strcmp(name, "exp") == 0 ? "" : LATE, name, (long long)value);
    return claims;
}

static void test_exp(void **state)
{
    (void)state;
    assert_at(HEADER, with_time("exp", NOW), NOW + LEEWAY - 1, STATUS_ACCEPTED);
    assert_at(HEADER, with_time("exp", NOW), NOW + LEEWAY, STATUS_EXPIRED);
    assert_at(HEADER, with_time("exp", NOW), NOW + LEEWAY + 1, STATUS_EXPIRED);
    assert_at(HEADER, with_time("exp", NOW + 1), NOW, STATUS_ACCEPTED);
    assert_at(HEADER, with_time("exp", 0), NOW, STATUS_EXPIRED);
    assert_at(HEADER, with_time("exp", -1), NOW, STATUS_EXPIRED);
}

static void test_extreme_clock(void **state)
{
    (void)state;
    assert_at(HEADER, with_time("exp", INT64_C(1) << 53), INT64_MAX, STATUS_EXPIRED);
    assert_at(HEADER, with_time("exp", NOW), INT64_MIN, STATUS_ACCEPTED);
    assert_at(HEADER, with_time("nbf", NOW), INT64_MIN, STATUS_NOT_YET_VALID);
}

/* Values of a time that are none; in exp, nbf, iat alike. */
static void test_times_refused(void **state)
{
    static const char *const names[] = {"exp", "nbf", "iat"};
    static const char *const values[] = {
        "null",  "true",   "\"1780272000\"",      "[1780272000]",        "{}",
        "1e400", "-1e400", "9223372036854775807", "9999999999999999999", "1e300",
        "\"\"",
    };

    (void)state;
    for (size_t n = 0; n < 3; n++)
        for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
            char claims[300];

            snprintf(claims, sizeof(claims), "{" GOOD SUB "%s,\"%s\":%s}", n == 0 ? "" : LATE,
                     names[n], values[v]);
            assert_claims(claims, STATUS_MISSING_CLAIM);
        }
    assert_claims("{" GOOD SUB "}", STATUS_MISSING_CLAIM);
}

static void test_fractions(void **state)
{
    (void)state;
    assert_at(HEADER, "{" GOOD SUB ",\"exp\":1780272000.9}", 1780272059, STATUS_ACCEPTED);
    assert_at(HEADER, "{" GOOD SUB ",\"exp\":1780272000.9}", 1780272060, STATUS_EXPIRED);
    assert_at(HEADER, "{" GOOD SUB ",\"exp\":1.8e9}", NOW, STATUS_ACCEPTED);
}

static void test_begin(void **state)
{
    static const char *const names[] = {"nbf", "iat"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_at(HEADER, with_time(names[i], NOW), NOW - LEEWAY, STATUS_ACCEPTED);
        assert_at(HEADER, with_time(names[i], NOW), NOW - LEEWAY - 1, STATUS_NOT_YET_VALID);
        assert_at(HEADER, with_time(names[i], NOW), NOW, STATUS_ACCEPTED);
        assert_at(HEADER, with_time(names[i], -5), NOW, STATUS_ACCEPTED);
    }
}

static void test_user_claim(void **state)
{
    static const struct {
        const char *claims;
        enum status status;
    } rows[] = {
        {"{" GOOD LATE "}", STATUS_MISSING_CLAIM},
        {"{" GOOD LATE ",\"sub\":\"\"}", STATUS_MISSING_CLAIM},
        {"{" GOOD LATE ",\"sub\":null}", STATUS_MISSING_CLAIM},
        {"{" GOOD LATE ",\"sub\":1000}", STATUS_MISSING_CLAIM},
        {"{" GOOD LATE ",\"sub\":[\"alice\"]}", STATUS_MISSING_CLAIM},
        {"{" GOOD LATE ",\"Sub\":\"alice\"}", STATUS_MISSING_CLAIM},
        {"{" GOOD LATE ",\"sub\":\"\\u0000\"}", STATUS_ACCEPTED}, /* usermap.c refuses it */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_claims(rows[i].claims, rows[i].status);
    issuer.user_claim = LIST("upn");
    assert_claims("{" GOOD SUB LATE "}", STATUS_MISSING_CLAIM);
    assert_claims("{" GOOD SUB LATE ",\"upn\":\"bob\"}", STATUS_ACCEPTED);
}

static void assert_user(const char *claims, const char *user)
{
    IDENTITY_CLEANUP struct identity *identity = NULL;

    assert_int_equal(judge_at(HEADER, claims, NOW, &identity), STATUS_ACCEPTED);
    assert_true(span_equal(identity_user_claim(identity), span_text(user)));
}

/* The first that is there decides, whatever it is. */
static void test_user_claims(void **state)
{
    (void)state;
    issuer.user_claim = LIST("upn", "email", "sub");
    assert_user("{" GOOD SUB LATE ",\"upn\":\"bob\"}", "bob");
    assert_user("{" GOOD SUB LATE "}", "alice");
    assert_user("{" GOOD SUB LATE ",\"upn\":\"bob\",\"email\":\"a@b\"}", "bob");
    assert_user("{" GOOD SUB LATE ",\"email\":\"a@b\",\"email_verified\":true}", "a@b");
    assert_claims("{" GOOD SUB LATE ",\"email\":\"a@b\"}", STATUS_CLAIM_NOT_MET);
    assert_claims("{" GOOD SUB LATE ",\"upn\":\"\"}", STATUS_MISSING_CLAIM);
    assert_claims("{" GOOD SUB LATE ",\"upn\":null}", STATUS_MISSING_CLAIM);
    assert_claims("{" GOOD SUB LATE ",\"upn\":5}", STATUS_MISSING_CLAIM);
    assert_claims("{" GOOD LATE "}", STATUS_MISSING_CLAIM);
}

static void test_user_claim_bytes(void **state)
{
    IDENTITY_CLEANUP struct identity *identity = NULL;

    (void)state;
    issuer.user_claim = LIST("upn");
    assert_int_equal(judge_at(HEADER, "{" GOOD SUB LATE ",\"upn\":\"b\\u0000b\"}", NOW, &identity),
                     STATUS_ACCEPTED);
    assert_true(span_equal(identity_user_claim(identity), span_of("b\0b", 3)));
}

static void test_email(void **state)
{
    (void)state;
    issuer.user_claim = LIST("email");
    assert_claims("{" GOOD LATE ",\"email\":\"a@b\",\"email_verified\":true}", STATUS_ACCEPTED);
    assert_claims("{" GOOD LATE ",\"email\":\"a@b\"}", STATUS_CLAIM_NOT_MET);
    assert_claims("{" GOOD LATE ",\"email\":\"a@b\",\"email_verified\":false}",
                  STATUS_CLAIM_NOT_MET);
    assert_claims("{" GOOD LATE ",\"email\":\"a@b\",\"email_verified\":\"true\"}",
                  STATUS_CLAIM_NOT_MET);
    assert_claims("{" GOOD LATE ",\"email\":\"a@b\",\"email_verified\":1}", STATUS_CLAIM_NOT_MET);
    assert_claims("{" GOOD LATE ",\"email_verified\":true}", STATUS_MISSING_CLAIM);
}

#define TEST(function) cmocka_unit_test_setup(function, reset_issuer)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_accepted),      TEST(test_typ),
        TEST(test_empty_type),    TEST(test_cnf),
        TEST(test_iss),           TEST(test_aud),
        TEST(test_exp),           TEST(test_extreme_clock),
        TEST(test_times_refused), TEST(test_fractions),
        TEST(test_begin),         TEST(test_user_claim),
        TEST(test_user_claims),   TEST(test_user_claim_bytes),
        TEST(test_email),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
