/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/requirements.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-token.h"

#define LEEWAY 60
#define GOOD "\"iss\":\"" ISSUER "\",\"aud\":\"pam://host.example/sshd\",\"sub\":\"alice\""

/* The claims are an object without iss, aud, sub; `exp` is 2099 unless `end` says otherwise. */
static enum status judge_until(const char *claims, const char *end, int64_t now,
                               const struct issuer_rules *issuer)
{
    struct issuer_rules copy = *issuer;
    struct rules rules = make_rules(&copy);
    IDENTITY_CLEANUP struct identity *identity = NULL;
    SIGNED_CLAIMS_CLEANUP struct signed_claims *made = NULL;
    struct report report = {0};
    enum status status;
    char text[1024];

    rules.leeway = LEEWAY;
    (void)snprintf(text, sizeof(text), "{" GOOD ",\"exp\":%s%s%s", end, claims[1] == '}' ? "" : ",",
                   claims + 1);
    made = make_claims("{\"alg\":\"ES256\"}", text);
    assert_int_equal(policy_check(made, &rules, &copy, "sshd", NOW, &identity, &report),
                     STATUS_ACCEPTED);
    status = requirements_check(made, identity, &rules, &copy, now, &report);
    assert_int_equal(report.detail[0] == '\0', status == STATUS_ACCEPTED);
    make_free_all();
    return status;
}

static enum status judge_claims(const char *claims, const struct issuer_rules *issuer)
{
    return judge_until(claims, "4070908800", NOW, issuer);
}

struct row {
    const char *claims;
    enum status status;
};

static void assert_rows(const struct row *rows, size_t count, const struct issuer_rules *issuer)
{
    for (size_t i = 0; i < count; i++) {
        enum status found = judge_claims(rows[i].claims, issuer);

        if (found != rows[i].status)
            fail_msg("%s: expected %s, found %s", rows[i].claims, status_slug(rows[i].status),
                     status_slug(found));
    }
}

#define ASSERT_ROWS(rows, issuer) assert_rows(rows, sizeof(rows) / sizeof((rows)[0]), issuer)

static void test_nothing_required(void **state)
{
    struct issuer_rules issuer = make_issuer();

    (void)state;
    assert_int_equal(judge_claims("{}", &issuer), STATUS_ACCEPTED);
    assert_int_equal(judge_claims("{\"scope\":5,\"acr\":[],\"amr\":\"x\"}", &issuer),
                     STATUS_ACCEPTED);
}

static void test_scope(void **state)
{
    static const struct row rows[] = {
        {"{\"scope\":\"login\"}", STATUS_ACCEPTED},
        {"{\"scope\":\"a login b\"}", STATUS_ACCEPTED},
        {"{\"scope\":\"a login\"}", STATUS_ACCEPTED},
        {"{\"scope\":\" login\"}", STATUS_ACCEPTED},
        {"{\"scope\":\"a  login \"}", STATUS_ACCEPTED},
        {"{\"scope\":[\"login\"]}", STATUS_ACCEPTED},
        {"{\"scope\":[\"a\",\"login\"]}", STATUS_ACCEPTED},
        {"{\"scp\":\"a login\"}", STATUS_ACCEPTED},
        {"{\"scp\":[\"login\"]}", STATUS_ACCEPTED},
        {"{}", STATUS_MISSING_CLAIM},
        {"{\"scope\":null}", STATUS_MISSING_CLAIM},
        {"{\"scope\":null,\"scp\":\"login\"}", STATUS_MISSING_CLAIM},
        {"{\"scope\":\"\"}", STATUS_CLAIM_NOT_MET},
        {"{\"scope\":\"logins\"}", STATUS_CLAIM_NOT_MET},
        {"{\"scope\":\"ogin\"}", STATUS_CLAIM_NOT_MET},
        {"{\"scope\":\"Login\"}", STATUS_CLAIM_NOT_MET},
        {"{\"scope\":\"a,login\"}", STATUS_CLAIM_NOT_MET},
        {"{\"scope\":\"a\\tlogin\"}", STATUS_CLAIM_NOT_MET},
        {"{\"scope\":\"login\\u0000\"}", STATUS_CLAIM_NOT_MET},
        {"{\"scope\":[\"a login\"]}", STATUS_CLAIM_NOT_MET},
        {"{\"scope\":[\"login\",5]}", STATUS_CLAIM_NOT_MET},
        {"{\"scope\":[[\"login\"]]}", STATUS_CLAIM_NOT_MET},
        {"{\"scope\":{\"login\":true}}", STATUS_CLAIM_NOT_MET},
        {"{\"scope\":5}", STATUS_CLAIM_NOT_MET},
        {"{\"scope\":\"a\",\"scp\":\"login\"}", STATUS_CLAIM_NOT_MET},
    };
    struct issuer_rules issuer = make_issuer();

    (void)state;
    issuer.require_scope = LIST("login");
    ASSERT_ROWS(rows, &issuer);
    issuer.require_scope = LIST("a", "login");
    assert_int_equal(judge_claims("{\"scope\":\"login a\"}", &issuer), STATUS_ACCEPTED);
    assert_int_equal(judge_claims("{\"scope\":\"login\"}", &issuer), STATUS_CLAIM_NOT_MET);
    assert_int_equal(judge_claims("{\"scope\":\"a\"}", &issuer), STATUS_CLAIM_NOT_MET);
}

static void test_acr(void **state)
{
    static const struct row rows[] = {
        {"{\"acr\":\"gold\"}", STATUS_ACCEPTED},
        {"{\"acr\":\"silver\"}", STATUS_ACCEPTED},
        {"{}", STATUS_MISSING_CLAIM},
        {"{\"acr\":null}", STATUS_MISSING_CLAIM},
        {"{\"acr\":[\"gold\"]}", STATUS_MISSING_CLAIM},
        {"{\"acr\":1}", STATUS_MISSING_CLAIM},
        {"{\"acr\":\"\"}", STATUS_CLAIM_NOT_MET},
        {"{\"acr\":\"Gold\"}", STATUS_CLAIM_NOT_MET},
        {"{\"acr\":\"gold silver\"}", STATUS_CLAIM_NOT_MET},
        {"{\"acr\":\"gold\\u0000\"}", STATUS_CLAIM_NOT_MET},
    };
    struct issuer_rules issuer = make_issuer();

    (void)state;
    issuer.require_acr = LIST("gold", "silver");
    ASSERT_ROWS(rows, &issuer);
}

static void test_amr(void **state)
{
    static const struct row rows[] = {
        {"{\"amr\":[\"mfa\",\"hwk\"]}", STATUS_ACCEPTED},
        {"{\"amr\":[\"pwd\",\"hwk\",\"mfa\"]}", STATUS_ACCEPTED},
        {"{}", STATUS_MISSING_CLAIM},
        {"{\"amr\":null}", STATUS_MISSING_CLAIM},
        {"{\"amr\":\"mfa\"}", STATUS_MISSING_CLAIM},
        {"{\"amr\":\"mfa hwk\"}", STATUS_MISSING_CLAIM},
        {"{\"amr\":{}}", STATUS_MISSING_CLAIM},
        {"{\"amr\":[]}", STATUS_CLAIM_NOT_MET},
        {"{\"amr\":[\"mfa\"]}", STATUS_CLAIM_NOT_MET},
        {"{\"amr\":[\"hwk\"]}", STATUS_CLAIM_NOT_MET},
        {"{\"amr\":[\"mfa hwk\"]}", STATUS_CLAIM_NOT_MET},
        {"{\"amr\":[\"mfa\",\"hwk\",1]}", STATUS_CLAIM_NOT_MET},
        {"{\"amr\":[[\"mfa\",\"hwk\"]]}", STATUS_CLAIM_NOT_MET},
    };
    struct issuer_rules issuer = make_issuer();

    (void)state;
    issuer.require_amr = LIST("mfa", "hwk");
    ASSERT_ROWS(rows, &issuer);
}

static void test_claim(void **state)
{
    static const struct row rows[] = {
        {"{\"dept\":\"it\"}", STATUS_ACCEPTED},
        {"{\"dept\":[\"hr\",\"it\"]}", STATUS_ACCEPTED},
        {"{}", STATUS_MISSING_CLAIM},
        {"{\"dept\":null}", STATUS_MISSING_CLAIM},
        {"{\"Dept\":\"it\"}", STATUS_MISSING_CLAIM},
        {"{\"dept\":\"\"}", STATUS_CLAIM_NOT_MET},
        {"{\"dept\":\"IT\"}", STATUS_CLAIM_NOT_MET},
        {"{\"dept\":\"it\\u0000\"}", STATUS_CLAIM_NOT_MET},
        {"{\"dept\":\"it hr\"}", STATUS_CLAIM_NOT_MET},
        {"{\"dept\":[]}", STATUS_CLAIM_NOT_MET},
        {"{\"dept\":{\"it\":true}}", STATUS_CLAIM_NOT_MET},
        {"{\"dept\":5}", STATUS_CLAIM_NOT_MET},
    };
    struct issuer_rules issuer = make_issuer();

    (void)state;
    issuer.require_claim = LIST("dept=it");
    ASSERT_ROWS(rows, &issuer);
    issuer.require_claim = LIST("dept=it", "level=3");
    assert_int_equal(judge_claims("{\"dept\":\"it\",\"level\":3}", &issuer), STATUS_ACCEPTED);
    assert_int_equal(judge_claims("{\"dept\":\"it\"}", &issuer), STATUS_MISSING_CLAIM);
    assert_int_equal(judge_claims("{\"level\":3}", &issuer), STATUS_MISSING_CLAIM);
    issuer.require_claim = LIST("dept=a=b");
    assert_int_equal(judge_claims("{\"dept\":\"a=b\"}", &issuer), STATUS_ACCEPTED);
    issuer.require_claim = LIST("dept=");
    assert_int_equal(judge_claims("{\"dept\":\"\"}", &issuer), STATUS_ACCEPTED);
    assert_int_equal(judge_claims("{\"dept\":\"x\"}", &issuer), STATUS_CLAIM_NOT_MET);
}

static void test_claim_types(void **state)
{
    static const struct {
        const char *rule, *value;
        bool met;
    } rows[] = {
        {"v=true", "true", true},
        {"v=false", "false", true},
        {"v=true", "false", false},
        {"v=true", "\"true\"", true},
        {"v=true", "1", false},
        {"v=1", "true", false},
        {"v=5", "5", true},
        {"v=5", "\"5\"", true},
        {"v=5", "5.0", false},
        {"v=5", "55", false},
        {"v=5", "-5", false},
        {"v=-5", "-5", true},
        {"v=05", "5", false},
        {"v=5", "[5]", false},
        {"v=9007199254740992", "9007199254740992", true},
        {"v=9223372036854775807", "9999999999999999999", false},
        {"v=9223372036854775807", "9223372036854775808", false},
        {"v=9223372036854775807", "9223372036854775807", false},
        {"v=null", "\"null\"", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct issuer_rules issuer = make_issuer();
        char claims[64] = "{\"v\":";

        strcat(strcat(claims, rows[i].value), "}");
        issuer.require_claim = LIST(rows[i].rule);
        assert_int_equal(judge_claims(claims, &issuer),
                         rows[i].met ? STATUS_ACCEPTED : STATUS_CLAIM_NOT_MET);
    }
}

static void test_pointer(void **state)
{
    static const struct {
        const char *rule, *claims;
        enum status status;
    } rows[] = {
        {"/a/b=x", "{\"a\":{\"b\":\"x\"}}", STATUS_ACCEPTED},
        {"/a/b=x", "{\"a\":{\"b\":[\"y\",\"x\"]}}", STATUS_ACCEPTED},
        {"/a/b=x", "{\"a\":{\"b\":\"y\"}}", STATUS_CLAIM_NOT_MET},
        {"/a/b=x", "{\"a\":{\"b\":null}}", STATUS_MISSING_CLAIM},
        {"/a/b=x", "{\"a\":{\"c\":\"x\"}}", STATUS_MISSING_CLAIM},
        {"/a/b=x", "{\"a\":\"x\"}", STATUS_MISSING_CLAIM},
        {"/a/b=x", "{\"/a/b\":\"x\"}", STATUS_MISSING_CLAIM},
        {"/a/b=x", "{}", STATUS_MISSING_CLAIM},
        {"/a/1=x", "{\"a\":[\"y\",\"x\"]}", STATUS_ACCEPTED},
        {"/a/2=x", "{\"a\":[\"y\",\"x\"]}", STATUS_MISSING_CLAIM},
        {"/a/-=x", "{\"a\":[\"x\"]}", STATUS_MISSING_CLAIM},
        {"/a~1b=x", "{\"a/b\":\"x\"}", STATUS_ACCEPTED},
        {"/a~0b=x", "{\"a~b\":\"x\"}", STATUS_ACCEPTED},
        {"a/b=x", "{\"a/b\":\"x\"}", STATUS_ACCEPTED},
        {"/=x", "{\"\":\"x\"}", STATUS_ACCEPTED},
        {"/a=x", "{\"a\":{\"x\":1}}", STATUS_CLAIM_NOT_MET},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct issuer_rules issuer = make_issuer();

        issuer.require_claim = LIST(rows[i].rule);
        if (judge_claims(rows[i].claims, &issuer) != rows[i].status)
            fail_msg("%s: %s", rows[i].rule, rows[i].claims);
    }
}

static void test_max_lifetime(void **state)
{
    struct issuer_rules issuer = make_issuer();

    (void)state;
    issuer.max_lifetime = 3600;
    assert_int_equal(judge_until("{\"iat\":1780272000}", "1780275600", NOW, &issuer),
                     STATUS_ACCEPTED);
    assert_int_equal(judge_until("{\"iat\":1780271999}", "1780275600", NOW, &issuer),
                     STATUS_LIFETIME_TOO_LONG);
    assert_int_equal(judge_until("{}", "1780275600", NOW, &issuer), STATUS_MISSING_CLAIM);
    assert_int_equal(judge_until("{\"iat\":-9007199254740992}", "9007199254740992", NOW, &issuer),
                     STATUS_LIFETIME_TOO_LONG);
    issuer.max_lifetime = 0;
    assert_int_equal(judge_until("{}", "1780275600", NOW, &issuer), STATUS_ACCEPTED);
}

static void test_max_age(void **state)
{
    static const char then[] = "{\"auth_time\":1780272000}", end[] = "4070908800";
    struct issuer_rules issuer = make_issuer();

    (void)state;
    issuer.max_age = 300;
    assert_int_equal(judge_until(then, end, NOW + 300 + LEEWAY, &issuer), STATUS_ACCEPTED);
    assert_int_equal(judge_until(then, end, NOW + 301 + LEEWAY, &issuer), STATUS_TOO_OLD);
    assert_int_equal(judge_until(then, end, INT64_MAX, &issuer), STATUS_TOO_OLD);
    assert_int_equal(judge_until(then, end, NOW - LEEWAY, &issuer), STATUS_ACCEPTED);
    assert_int_equal(judge_until(then, end, NOW - LEEWAY - 1, &issuer), STATUS_NOT_YET_VALID);
    assert_int_equal(judge_until(then, end, INT64_MIN, &issuer), STATUS_NOT_YET_VALID);
    /* iat says nothing of the person */
    assert_int_equal(judge_claims("{\"iat\":1780272000}", &issuer), STATUS_MISSING_CLAIM);
    assert_int_equal(judge_claims("{\"auth_time\":\"1780272000\"}", &issuer), STATUS_MISSING_CLAIM);
    issuer.max_age = 0;
    assert_int_equal(judge_claims("{\"auth_time\":5}", &issuer), STATUS_ACCEPTED);
    assert_int_equal(judge_claims("{\"auth_time\":\"x\"}", &issuer), STATUS_ACCEPTED);
}

static void test_bad_rules(void **state)
{
    static char name[600];
    struct issuer_rules issuer = make_issuer();

    (void)state;
    issuer.require_claim = LIST("dept");
    assert_int_equal(judge_claims("{\"dept\":\"it\"}", &issuer), STATUS_CONFIG_ERROR);
    issuer.require_claim = LIST("=it");
    assert_int_equal(judge_claims("{\"\":\"it\"}", &issuer), STATUS_CONFIG_ERROR);
    issuer.require_claim = LIST("");
    assert_int_equal(judge_claims("{}", &issuer), STATUS_CONFIG_ERROR);
    memset(name, 'n', 511);
    strcpy(name + 511, "=x");
    issuer.require_claim = LIST(name);
    assert_int_equal(judge_claims("{}", &issuer), STATUS_MISSING_CLAIM);
    memset(name, 'n', 512);
    strcpy(name + 512, "=x");
    assert_int_equal(judge_claims("{}", &issuer), STATUS_CONFIG_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_required),
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_acr),
        cmocka_unit_test(test_amr),
        cmocka_unit_test(test_claim),
        cmocka_unit_test(test_claim_types),
        cmocka_unit_test(test_pointer),
        cmocka_unit_test(test_max_lifetime),
        cmocka_unit_test(test_max_age),
        cmocka_unit_test(test_bad_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
