/* SPDX-License-Identifier: BSD-3-Clause */
/* lib/verify.c again: each allocation of lib/ fails once. */
#include "../../../lib/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-token.h"

/* The allocation that fails, counted down to it; 0: none. */
static unsigned fail_at;
static bool failed;

static bool fails(void)
{
    if (fail_at == 0 || --fail_at > 0)
        return false;
    failed = true;
    return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t size)
{
    return fails() ? NULL : __real_strndup(text, size);
}

/* `issuer` lets the token in, or needs something fetched. */
static void fail_each(struct issuer_rules *issuer, enum status good)
{
    gnutls_x509_crt_t root = make_ca("root", 0, NULL, 0);
    struct cert_plan plan = plan_signer(make_key(KEY_P256, 2), root, 0);
    struct untrusted_chain chain = make_chain(1, make_cert(&plan));
    struct memory_anchors anchors = {.certs = {root}, .count = 1};
    struct anchor_source source = make_source(&anchors);
    struct judge_sources sources = {.anchors = &source};
    struct rules rules = make_rules(issuer);
    char *token = make_signed("ES256", GNUTLS_SIGN_ECDSA_SHA256, plan.key, &chain,
                              "{\"iss\":\"" ISSUER "\",\"aud\":\"pam://host.example/sshd\","
                              "\"sub\":\"alice\",\"exp\":4070908800}");
    struct judge_request request = {.token = span_text(token),
                                    .user = "alice",
                                    .service = "sshd",
                                    .now = NOW,
                                    .fetching = FETCHING_POSSIBLE};
    unsigned n = 0;

    do {
        VERDICT_CLEANUP struct verdict verdict;
        struct report report = {0};
        enum status status;

        failed = false;
        fail_at = ++n;
        status = judge(&rules, &request, &sources, &report, &verdict);
        fail_at = 0;
        assert_int_equal(status, failed ? STATUS_OUT_OF_MEMORY : good);
        assert_int_equal(verdict.user != NULL, status == STATUS_ACCEPTED);
        assert_int_equal(verdict.exports.variables != NULL, status == STATUS_ACCEPTED);
        assert_int_equal(verdict.plan != NULL, status == STATUS_REVOCATION_UNKNOWN);
    } while (failed);
    assert_true(n > 10); /* three parts, a certificate, path, key, claims, identity, verdict */
    free(token);
}

static void test_no_memory(void **state)
{
    struct issuer_rules issuer = make_issuer();

    (void)state;
    fail_each(&issuer, STATUS_ACCEPTED);
}

static void test_no_memory_for_a_plan(void **state)
{
    struct issuer_rules issuer = make_issuer();

    (void)state;
    issuer.revocation = REVOCATION_REQUIRE;
    issuer.fetch = FETCH_CONFIGURED;
    issuer.ocsp_responder = STRING("http://ocsp.example/");
    issuer.crl_urls = LIST("http://crl.example/1", "http://crl.example/2");
    fail_each(&issuer, STATUS_REVOCATION_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_no_memory_for_a_plan),
    };
    int result = cmocka_run_group_tests(tests, NULL, NULL);

    make_free_all();
    return result;
}
