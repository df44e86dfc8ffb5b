/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../tools/askpass-claims.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../lib/base64url.h"

#define NOW INT64_C(1780272000) /* 2026-06-01 */
#define HOST "host.example"
#define TEXT_MAX 4096

static bool allow(const char *claims, const char *host, char why[CLAIMS_WHY_MAX])
{
    char token[TEXT_MAX] = "eyJhbGciOiJFUzI1NiJ9.";
    size_t len = strlen(token);

    assert_true(len + BASE64URL_ENCODED_MAX(strlen(claims)) + sizeof(".c2k") < sizeof(token));
    len += base64url_encode(span_text(claims), token + len);
    memcpy(token + len, ".c2k", sizeof(".c2k"));
    why[0] = '\0';
    return askpass_claims_allow(span_text(token), span_text(host), NOW, why);
}

static void expect(bool expected, const char *claims, const char *host)
{
    char why[CLAIMS_WHY_MAX];

    if (allow(claims, host, why) != expected)
        fail_msg("%s to '%s': expected %s, found '%s'", claims, host,
                 expected ? "to be sent" : "to be refused", why);
    assert_int_equal(why[0] == '\0', expected);
}

static void test_exp(void **state)
{
    (void)state;
    expect(true, "{\"exp\":1780272001}", HOST);
    expect(false, "{\"exp\":1780272000}", HOST);
    expect(false, "{\"exp\":1780271999}", HOST);
    expect(false, "{\"exp\":0}", "");
    expect(false, "{\"exp\":1780271999.5}", HOST);
    expect(true, "{\"exp\":1780272001.5}", HOST);
}

/* What the server says about them is better than a guess. */
static void test_exp_that_says_nothing(void **state)
{
    (void)state;
    expect(true, "{}", HOST);
    expect(true, "{\"exp\":null}", HOST);
    expect(true, "{\"exp\":\"0\"}", HOST);
    expect(true, "{\"exp\":0", HOST);
    expect(true, "[0]", HOST);
    expect(true, "", HOST);
}

static void test_no_claims_at_all(void **state)
{
    static const char *const tokens[] = {"", ".", "..", "eyJ", "eyJ.e30", "eyJ.!.x", "eyJ.e30=.x"};
    char why[CLAIMS_WHY_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
        assert_true(askpass_claims_allow(span_text(tokens[i]), span_text(HOST), NOW, why));
}

static void test_why(void **state)
{
    char why[CLAIMS_WHY_MAX];

    (void)state;
    assert_false(allow("{\"exp\":1780271999}", HOST, why));
    assert_string_equal(why,
                        "it expired at 2026-05-31T23:59:59Z (exp): get a new one; it was not sent");
    assert_false(allow("{\"aud\":[\"pam://a.example/sshd\",\"pam://b.example/sshd\"]}", HOST, why));
    assert_non_null(strstr(why, "it is for a.example (aud), not for host.example:"));
}

static void test_aud_of_the_host(void **state)
{
    (void)state;
    expect(true, "{\"aud\":\"pam://host.example/sshd\"}", "host.example");
    expect(true, "{\"aud\":\"pam://host.example/sshd\"}", "HOST.Example");
    expect(true, "{\"aud\":\"pam://HOST.example/sshd\"}", "host.example");
    expect(true, "{\"aud\":\"pam://host.example/sshd\"}", "host.example.");
    expect(true, "{\"aud\":\"pam://host.example./sshd\"}", "host.example");
    expect(true, "{\"aud\":[\"pam://a.example/sshd\",\"pam://host.example/sshd\"]}", HOST);
    expect(true, "{\"aud\":\"pam://prod.example/sshd\"}", "web1.prod.example");
}

static void test_aud_of_another_host(void **state)
{
    (void)state;
    expect(false, "{\"aud\":\"pam://other.example/sshd\"}", HOST);
    expect(false, "{\"aud\":[\"pam://other.example/sshd\"]}", HOST);
    expect(false, "{\"aud\":\"pam://other.example./sshd\"}", HOST);
    expect(false, "{\"aud\":\"pam://other.example/sshd\"}", "host.example.");
    expect(false, "{\"aud\":[\"pam://a.example/sshd\",\"pam://b.example/sudo\"]}", HOST);
    expect(false, "{\"aud\":\"pam://host.example.org/sshd\"}", HOST);
    expect(false, "{\"aud\":\"pam://web1.host.example/sshd\"}", HOST);
    expect(false, "{\"aud\":\"pam://ost.example/sshd\"}", HOST);
    expect(false, "{\"aud\":\"pam://xhost.example/sshd\"}", HOST);
    expect(false, "{\"aud\":\"pam://xost.example/sshd\"}", HOST);
    expect(false, "{\"aud\":\"pam://3com.example/sshd\"}", "7-zip.example.x1");
}

/* A prompt that names the host in a way that aud need not have. */
static void test_host_that_may_be_any(void **state)
{
    static const char *const hosts[] = {
        "",          "host",          "localhost",   "127.0.0.1",
        "192.0.2.1", "::1",           "2001:db8::1", "fe80::1%e.0",
        ".example",  "host..example", "host.",       "a.b\x01",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
        expect(true, "{\"aud\":\"pam://other.example/sshd\"}", hosts[i]);
}

static void test_aud_that_may_be_any(void **state)
{
    static const char *const values[] = {
        "\"pam://other/sshd\"",
        "\"pam://192.0.2.1/sshd\"",
        "\"pam://other.example\"",
        "\"pam://other.example:22/sshd\"",
        "\"pam:///sshd\"",
        "\"pam://\"",
        "\"\"",
        "\"PAM://other.example/sshd\"",
        "\"https://other.example/sshd\"",
        "\"ssh\"",
        "[]",
        "[1]",
        "1",
        "null",
        "{}",
        "[\"pam://other.example/sshd\",\"ssh\"]",
        "[\"ssh\",\"pam://other.example/sshd\"]",
        "[\"pam://other.example/sshd\",[\"pam://other.example/sshd\"]]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char claims[256];

        snprintf(claims, sizeof(claims), "{\"aud\":%s}", values[i]);
        expect(true, claims, HOST);
    }
}

static void test_long_names(void **state)
{
    char host[600];
    char why[CLAIMS_WHY_MAX];

    (void)state;
    memset(host, 'a', sizeof(host));
    memcpy(host + 253 - 8, ".example", 9);
    expect(false, "{\"aud\":\"pam://other.example/sshd\"}", host);
    assert_false(allow("{\"aud\":\"pam://other.example/sshd\"}", host, why));
    assert_non_null(strstr(why, "it was not sent"));
    memcpy(host + 254 - 8, ".example", 9);
    host[253 - 8] = 'a';
    expect(true, "{\"aud\":\"pam://other.example/sshd\"}", host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exp),
        cmocka_unit_test(test_exp_that_says_nothing),
        cmocka_unit_test(test_no_claims_at_all),
        cmocka_unit_test(test_why),
        cmocka_unit_test(test_aud_of_the_host),
        cmocka_unit_test(test_aud_of_another_host),
        cmocka_unit_test(test_host_that_may_be_any),
        cmocka_unit_test(test_aud_that_may_be_any),
        cmocka_unit_test(test_long_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
