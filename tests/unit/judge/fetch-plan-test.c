/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/fetch-plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../../lib/ocsp.h"
#include "make-answers.h"
#include "make-token.h"

#define BOTH 3u
#define SIGNER 1u
#define CA 2u

static struct answer_world world; /* signer: two OCSP URLs and two CRL URLs; ca: one of each */

static int make_world(void **state)
{
    const struct extension_plan of_signer[2] = {
        ACCESSES(make_access("http://ocsp.example/1"), make_access("http://ocsp2.example/1")),
        POINTS(make_point("http://crl.example/1"), make_point("http://crl2.example/1"))};
    const struct extension_plan of_ca = ACCESSES(make_access("http://ocsp.example/2"));

    (void)state;
    world = make_answer_world(of_signer, &of_ca);
    return 0;
}

static struct issuer_rules aia(void)
{
    static const char *const hosts[] = {"ocsp.example", "ocsp2.example", "crl.example",
                                        "crl2.example"};
    struct issuer_rules issuer = make_issuer();

    issuer.fetch = FETCH_AIA;
    issuer.fetch_hosts = (struct string_list){(char **)hosts, 4};
    issuer.ocsp_responder = STRING("");
    return issuer;
}

/* "group kind URL\n" each. */
static void assert_plan(unsigned open, const struct issuer_rules *issuer, const char *expected)
{
    TRUSTED_PATH_CLEANUP struct trusted_path *path = make_answer_path(&world);
    FETCH_PLAN_CLEANUP struct fetch_plan *plan = fetch_plan_make(path, open, issuer);
    char found[1024] = "";

    assert_non_null(plan);
    for (unsigned i = 0; i < plan->count; i++) {
        const struct fetch_wish *wish = &plan->wishes[i];

        sprintf(found + strlen(found), "%u %s %s\n", wish->group,
                wish->kind == ANSWER_CRL ? "crl" : "ocsp", wish->url);
        assert_int_equal(wish->request_len > 0, wish->kind == ANSWER_OCSP);
        assert_int_equal(wish->cert.size > 0, wish->group <= CHAIN_MAX);
        assert_int_equal(wish->issuer.size > 0, wish->group <= CHAIN_MAX);
    }
    assert_string_equal(found, expected);
}

/* Each certificate gets one URL before any gets two, OCSP first. */
static void test_aia(void **state)
{
    struct issuer_rules issuer = aia();

    (void)state;
    assert_plan(SIGNER, &issuer,
                "0 ocsp http://ocsp.example/1\n0 crl http://crl.example/1\n"
                "0 ocsp http://ocsp2.example/1\n0 crl http://crl2.example/1\n");
    assert_plan(CA, &issuer, "1 ocsp http://ocsp.example/2\n");
    assert_plan(BOTH, &issuer,
                "0 ocsp http://ocsp.example/1\n1 ocsp http://ocsp.example/2\n"
                "0 crl http://crl.example/1\n0 ocsp http://ocsp2.example/1\n");
}

/* Of the URLs in certificates only those of listed hosts. */
static void test_hosts(void **state)
{
    struct issuer_rules issuer = aia();

    (void)state;
    issuer.fetch_hosts = LIST("OCSP2.example", "crl.example");
    assert_plan(BOTH, &issuer, "0 ocsp http://ocsp2.example/1\n0 crl http://crl.example/1\n");
    issuer.fetch_hosts = NO_LIST;
    assert_plan(BOTH, &issuer, "");
}

static void test_configured(void **state)
{
    struct issuer_rules issuer = aia();

    (void)state;
    issuer.fetch = FETCH_CONFIGURED;
    assert_plan(BOTH, &issuer, "");
    issuer.ocsp_responder = STRING("http://responder/");
    assert_plan(BOTH, &issuer, "0 ocsp http://responder/\n1 ocsp http://responder/\n");
    issuer.crl_urls = LIST("http://lists/1", "http://lists/2");
    assert_plan(BOTH, &issuer,
                "0 ocsp http://responder/\n1 ocsp http://responder/\n"
                "9 crl http://lists/1\n10 crl http://lists/2\n");
    assert_plan(CA, &issuer,
                "1 ocsp http://responder/\n9 crl http://lists/1\n10 crl http://lists/2\n");
}

/* The responder of the configuration takes the place of those of certificates. */
static void test_responder_and_aia(void **state)
{
    struct issuer_rules issuer = aia();

    (void)state;
    issuer.ocsp_responder = STRING("http://responder/");
    assert_plan(BOTH, &issuer,
                "0 ocsp http://responder/\n1 ocsp http://responder/\n"
                "0 crl http://crl.example/1\n0 crl http://crl2.example/1\n");
}

/* A list is fetched once, whoever names it. */
static void test_same_list(void **state)
{
    struct issuer_rules issuer = aia();

    (void)state;
    issuer.crl_urls = LIST("http://crl.example/1", "http://crl.example/1");
    assert_plan(SIGNER, &issuer,
                "0 ocsp http://ocsp.example/1\n9 crl http://crl.example/1\n"
                "0 ocsp http://ocsp2.example/1\n0 crl http://crl2.example/1\n");
}

static void test_at_most(void **state)
{
    struct issuer_rules issuer = aia();

    (void)state;
    issuer.crl_urls = LIST("http://l/1", "http://l/2", "http://l/3", "http://l/4", "http://l/5");
    assert_plan(CA, &issuer,
                "1 ocsp http://ocsp.example/2\n9 crl http://l/1\n10 crl http://l/2\n"
                "11 crl http://l/3\n");
}

static void assert_reaches(const struct issuer_rules *issuer, bool signer, bool ca)
{
    TRUSTED_PATH_CLEANUP struct trusted_path *path = make_answer_path(&world);

    assert_int_equal(fetch_plan_reaches(path, 0, issuer), signer);
    assert_int_equal(fetch_plan_reaches(path, 1, issuer), ca);
}

static void test_reaches(void **state)
{
    struct issuer_rules issuer = aia();

    (void)state;
    assert_reaches(&issuer, true, true);
    issuer.fetch_hosts = LIST("crl.example");
    assert_reaches(&issuer, true, false);
    issuer.fetch_hosts = LIST("nobody.example");
    assert_reaches(&issuer, false, false);
    issuer.fetch = FETCH_CONFIGURED;
    issuer.fetch_hosts = LIST("ocsp.example");
    assert_reaches(&issuer, false, false);
    issuer.crl_urls = LIST("http://lists/");
    assert_reaches(&issuer, true, true);
    issuer.crl_urls = NO_LIST;
    issuer.ocsp_responder = STRING("http://responder/");
    assert_reaches(&issuer, true, true);
    issuer.fetch = FETCH_NONE;
    assert_reaches(&issuer, false, false);
}

/* They are of the path: certificate and issuer, as they are, and the request for them. */
static void test_wish(void **state)
{
    TRUSTED_PATH_CLEANUP struct trusted_path *path = make_answer_path(&world);
    struct issuer_rules issuer = aia();
    FETCH_PLAN_CLEANUP struct fetch_plan *plan = fetch_plan_make(path, CA, &issuer);
    gnutls_datum_t ca = cert_der(world.ca), root = cert_der(world.root);
    const struct fetch_wish *wish = &plan->wishes[0];
    unsigned char request[FETCH_REQUEST_MAX];
    size_t len = ocsp_request(world.ca, world.root, request, sizeof(request));

    (void)state;
    assert_true(span_equal(span_of(wish->cert.data, wish->cert.size), span_of(ca.data, ca.size)));
    assert_true(
        span_equal(span_of(wish->issuer.data, wish->issuer.size), span_of(root.data, root.size)));
    assert_true(span_equal(span_of(wish->request, wish->request_len), span_of(request, len)));
    gnutls_free(ca.data);
    gnutls_free(root.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aia),        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_configured), cmocka_unit_test(test_responder_and_aia),
        cmocka_unit_test(test_same_list),  cmocka_unit_test(test_at_most),
        cmocka_unit_test(test_reaches),    cmocka_unit_test(test_wish),
    };
    int failed = cmocka_run_group_tests(tests, make_world, NULL);

    make_free_all();
    make_crl_free_all();
    return failed;
}
