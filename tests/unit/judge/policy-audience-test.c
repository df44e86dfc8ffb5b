/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/policy-audience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-token.h"

static enum status judge_aud(const char *claims, struct string_list audience, const char *host,
                             const char *service)
{
    JSON_CLEANUP struct json_object *object = NULL;
    struct issuer_rules issuer = make_issuer();
    struct rules rules = make_rules(&issuer);
    struct report report = {0};
    enum status status;

    issuer.audience = audience;
    rules.hostname = STRING(host);
    assert_int_equal(json_parse(span_text(claims), "claims", &object, &report), STATUS_ACCEPTED);
    status = policy_audience_check(object, &rules, &issuer, service, &report);
    assert_int_equal(report.detail[0] == '\0', status == STATUS_ACCEPTED);
    return status;
}

static void test_values(void **state)
{
    static const struct {
        const char *claims;
        enum status status;
    } rows[] = {
        {"{\"aud\":\"pam://host.example/sshd\"}", STATUS_ACCEPTED},
        {"{\"aud\":[\"pam://host.example/sshd\"]}", STATUS_ACCEPTED},
        {"{\"aud\":[\"x\",\"pam://host.example/sshd\"]}", STATUS_ACCEPTED},
        {"{\"aud\":[\"\",\"pam://host.example/sshd\"]}", STATUS_ACCEPTED},
        {"{}", STATUS_MISSING_CLAIM},
        {"{\"aud\":null}", STATUS_MISSING_CLAIM},
        {"{\"aud\":\"\"}", STATUS_MISSING_CLAIM},
        {"{\"aud\":[]}", STATUS_MISSING_CLAIM},
        {"{\"aud\":5}", STATUS_MISSING_CLAIM},
        {"{\"aud\":{}}", STATUS_MISSING_CLAIM},
        {"{\"aud\":{\"pam://host.example/sshd\":1}}", STATUS_MISSING_CLAIM},
        {"{\"aud\":[[\"pam://host.example/sshd\"]]}", STATUS_MISSING_CLAIM},
        {"{\"aud\":[\"pam://host.example/sshd\",5]}", STATUS_MISSING_CLAIM},
        {"{\"aud\":[\"pam://host.example/sshd\",null]}", STATUS_MISSING_CLAIM},
        {"{\"Aud\":\"pam://host.example/sshd\"}", STATUS_MISSING_CLAIM},
        {"{\"aud\":\"x\"}", STATUS_WRONG_AUDIENCE},
        {"{\"aud\":[\"x\",\"y\"]}", STATUS_WRONG_AUDIENCE},
        {"{\"aud\":\"pam://host.example/sshd/\"}", STATUS_WRONG_AUDIENCE},
        {"{\"aud\":\"pam://host.example/ssh\"}", STATUS_WRONG_AUDIENCE},
        {"{\"aud\":\"pam://HOST.example/sshd\"}", STATUS_WRONG_AUDIENCE},
        {"{\"aud\":\"pam://host.example/sshd\\u0000\"}", STATUS_WRONG_AUDIENCE},
        {"{\"aud\":\"pam://%h/%s\"}", STATUS_WRONG_AUDIENCE},
        {"{\"aud\":\"pam://host.example/sudo\"}", STATUS_WRONG_AUDIENCE},
        {"{\"aud\":\"pam://other.example/sshd\"}", STATUS_WRONG_AUDIENCE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(judge_aud(rows[i].claims, LIST("pam://%h/%s"), "host.example", "sshd"),
                         rows[i].status);
}

static void test_expansion(void **state)
{
    static const struct {
        const char *pattern, *expanded; /* NULL: config-error */
    } rows[] = {
        {"plain", "plain"},
        {"%h", "host"},
        {"%s", "sshd"},
        {"%h%s", "hostsshd"},
        {"%s.%h.%s", "sshd.host.sshd"},
        {"%%", "%"},
        {"%%h", "%h"},
        {"%%%h", "%host"},
        {"100%%", "100%"},
        {"%", NULL},
        {"a%", NULL},
        {"%%%", NULL},
        {"%H", NULL},
        {"%u", NULL},
        {"% h", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char claims[64] = "{\"aud\":\"";

        strcat(strcat(claims, rows[i].expanded ? rows[i].expanded : "x"), "\"}");
        assert_int_equal(judge_aud(claims, LIST(rows[i].pattern), "host", "sshd"),
                         rows[i].expanded ? STATUS_ACCEPTED : STATUS_CONFIG_ERROR);
        assert_int_equal(judge_aud("{\"aud\":\"other\"}", LIST(rows[i].pattern), "host", "sshd"),
                         rows[i].expanded ? STATUS_WRONG_AUDIENCE : STATUS_CONFIG_ERROR);
    }
}

/* What is put in is not expanded again. */
static void test_expanded_once(void **state)
{
    (void)state;
    assert_int_equal(judge_aud("{\"aud\":\"%s\"}", LIST("%h"), "%s", "sshd"), STATUS_ACCEPTED);
    assert_int_equal(judge_aud("{\"aud\":\"sshd\"}", LIST("%h"), "%s", "sshd"),
                     STATUS_WRONG_AUDIENCE);
    assert_int_equal(judge_aud("{\"aud\":\"%h\"}", LIST("%s"), "host", "%h"), STATUS_ACCEPTED);
}

/* An audience that comes to nothing would be as good as none. */
static void test_empty_parts(void **state)
{
    (void)state;
    assert_int_equal(judge_aud("{\"aud\":[\"\"]}", LIST("%h"), "", "sshd"), STATUS_CONFIG_ERROR);
    assert_int_equal(judge_aud("{\"aud\":[\"\"]}", LIST("%s"), "host", ""), STATUS_CONFIG_ERROR);
}

static void test_several(void **state)
{
    (void)state;
    assert_int_equal(judge_aud("{\"aud\":\"b\"}", LIST("a", "b"), "h", "s"), STATUS_ACCEPTED);
    assert_int_equal(judge_aud("{\"aud\":[\"x\",\"b\"]}", LIST("a", "b"), "h", "s"),
                     STATUS_ACCEPTED);
    assert_int_equal(judge_aud("{\"aud\":\"c\"}", LIST("a", "b"), "h", "s"), STATUS_WRONG_AUDIENCE);
    assert_int_equal(judge_aud("{\"aud\":\"a\"}", NO_LIST, "h", "s"), STATUS_WRONG_AUDIENCE);
}

static void test_length(void **state)
{
    static char host[1100], claims[1200];

    (void)state;
    for (size_t len = 1022; len <= 1025; len++) {
        memset(host, 'h', len);
        host[len] = '\0';
        strcat(strcat(strcpy(claims, "{\"aud\":\""), host), "\"}");
        assert_int_equal(judge_aud(claims, LIST("%h"), host, "s"),
                         len < 1024 ? STATUS_ACCEPTED : STATUS_CONFIG_ERROR);
        strcat(strcat(strcpy(claims, "{\"aud\":\""), host), "/\"}");
        assert_int_equal(judge_aud(claims, LIST("%h/"), host, "s"),
                         len < 1023 ? STATUS_ACCEPTED : STATUS_CONFIG_ERROR);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),        cmocka_unit_test(test_expansion),
        cmocka_unit_test(test_expanded_once), cmocka_unit_test(test_empty_parts),
        cmocka_unit_test(test_several),       cmocka_unit_test(test_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
