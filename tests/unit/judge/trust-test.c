/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/trust.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-token.h"

/* root (key 0) - intermediate (key 1) - signer (key 2) */
static gnutls_x509_crt_t root, intermediate, signer;

static int make_certs(void **state)
{
    struct cert_plan plan;

    (void)state;
    root = make_ca("root", 0, NULL, 0);
    intermediate = make_ca("intermediate", 1, root, 0);
    plan = plan_signer(make_key(KEY_P256, 2), intermediate, 1);
    signer = make_cert(&plan);
    return 0;
}

/* On acceptance `count` is that of the path, else 0. */
static enum status judge_at(const struct untrusted_chain *chain, struct memory_anchors *anchors,
                            int64_t now, unsigned *count)
{
    struct issuer_rules issuer = make_issuer();
    struct anchor_source source = make_source(anchors);
    TRUSTED_PATH_CLEANUP struct trusted_path *path = NULL;
    struct report report = {0};
    enum status status;

    anchors->calls = 0;
    status = make_path(chain, &issuer, &source, now, &path, &report);
    assert_int_equal(path != NULL, status == STATUS_ACCEPTED);
    assert_int_equal(report.detail[0] != '\0' || path, true);
    *count = path ? trust_path_count(path) : 0;
    if (path)
        assert_true(gnutls_x509_crt_equals(trust_path_cert(path, 0), chain->certs[0]));
    return status;
}

static void assert_judged(struct untrusted_chain chain, struct memory_anchors anchors,
                          enum status expected, unsigned expected_count)
{
    unsigned count;
    enum status found = judge_at(&chain, &anchors, NOW, &count);

    if (found != expected)
        fail_msg("expected %s, found %s", status_slug(expected), status_slug(found));
    assert_int_equal(count, expected_count);
}

#define ANCHORS(...)                                                                               \
    ((struct memory_anchors){.certs = {__VA_ARGS__},                                               \
                             .count = sizeof((gnutls_x509_crt_t[]){__VA_ARGS__}) /                 \
                                      sizeof(gnutls_x509_crt_t)})

static void test_accepted(void **state)
{
    (void)state;
    assert_judged(make_chain(2, signer, intermediate), ANCHORS(root), STATUS_ACCEPTED, 3);
    assert_judged(make_chain(3, signer, intermediate, root), ANCHORS(root), STATUS_ACCEPTED, 3);
    assert_judged(make_chain(1, signer), ANCHORS(intermediate), STATUS_ACCEPTED, 2);
    assert_judged(make_chain(2, signer, intermediate), ANCHORS(intermediate), STATUS_ACCEPTED, 2);
    assert_judged(make_chain(3, signer, intermediate, root), ANCHORS(intermediate), STATUS_ACCEPTED,
                  2);
    assert_judged(make_chain(3, signer, intermediate, root), ANCHORS(root, intermediate),
                  STATUS_ACCEPTED, 2);
}

static void test_path_certificates(void **state)
{
    struct memory_anchors anchors = ANCHORS(root);
    struct anchor_source source = make_source(&anchors);
    struct untrusted_chain chain = make_chain(2, signer, intermediate);
    struct issuer_rules issuer = make_issuer();
    TRUSTED_PATH_CLEANUP struct trusted_path *path = NULL;
    struct report report = {0};

    (void)state;
    assert_int_equal(make_path(&chain, &issuer, &source, NOW, &path, &report), STATUS_ACCEPTED);
    assert_true(gnutls_x509_crt_equals(trust_path_cert(path, 1), intermediate));
    assert_true(gnutls_x509_crt_equals(trust_path_cert(path, 2), root));
}

static void test_untrusted(void **state)
{
    gnutls_x509_crt_t other = make_ca("other", 0, NULL, 0);
    gnutls_x509_crt_t impostor = make_ca("root", 2, NULL, 0);

    (void)state;
    assert_judged(make_chain(2, signer, intermediate), (struct memory_anchors){.count = 0},
                  STATUS_UNTRUSTED_CHAIN, 0);
    assert_judged(make_chain(2, signer, intermediate), ANCHORS(other), STATUS_UNTRUSTED_CHAIN, 0);
    assert_judged(make_chain(2, signer, intermediate), ANCHORS(impostor), STATUS_UNTRUSTED_CHAIN,
                  0);
    assert_judged(make_chain(3, signer, intermediate, impostor), ANCHORS(impostor),
                  STATUS_UNTRUSTED_CHAIN, 0);
    assert_judged(make_chain(1, signer), ANCHORS(root), STATUS_UNTRUSTED_CHAIN, 0);
}

/* A source that hands out what was not asked for adds no trust, and no reason of its own. */
static void test_careless_source(void **state)
{
    struct cert_plan plan = {.name = "other",
                             .key = make_key(KEY_P256, 0),
                             .ca = true,
                             .usage = GNUTLS_KEY_KEY_CERT_SIGN,
                             .end = NOW - 1};
    gnutls_x509_crt_t other = make_cert(&plan);
    struct memory_anchors anchors = ANCHORS(other, intermediate, root);

    (void)state;
    anchors.careless = true;
    assert_judged(make_chain(2, signer, intermediate), anchors, STATUS_ACCEPTED, 2);
    anchors.count = 1;
    assert_judged(make_chain(2, signer, intermediate), anchors, STATUS_UNTRUSTED_CHAIN, 0);
}

static void test_order(void **state)
{
    (void)state;
    assert_judged(make_chain(2, intermediate, signer), ANCHORS(root), STATUS_UNTRUSTED_CHAIN, 0);
    assert_judged(make_chain(3, signer, root, intermediate), ANCHORS(root), STATUS_UNTRUSTED_CHAIN,
                  0);
    assert_judged(make_chain(3, signer, signer, intermediate), ANCHORS(root),
                  STATUS_UNTRUSTED_CHAIN, 0);
    assert_judged(make_chain(3, signer, intermediate, signer), ANCHORS(root),
                  STATUS_UNTRUSTED_CHAIN, 0);
    assert_judged(make_chain(3, signer, intermediate, intermediate), ANCHORS(root),
                  STATUS_UNTRUSTED_CHAIN, 0);
}

static void test_count(void **state)
{
    struct untrusted_chain chain =
        make_chain(8, signer, intermediate, root, root, root, root, root, root);

    (void)state;
    assert_judged(chain, ANCHORS(root), STATUS_ACCEPTED, 3);
    chain.count = 9;
    assert_judged(chain, ANCHORS(root), STATUS_CHAIN_TOO_LONG, 0);
    chain.count = 0;
    assert_judged(chain, ANCHORS(root), STATUS_CHAIN_TOO_LONG, 0);
}

/* Seven intermediates and a signer: the longest path has nine certificates. */
static void test_longest(void **state)
{
    static const char *const names[] = {"ca 1", "ca 2", "ca 3", "ca 4", "ca 5", "ca 6", "ca 7"};
    struct untrusted_chain chain = {.count = 8};
    gnutls_x509_crt_t issuer = root;
    struct cert_plan plan;

    (void)state;
    for (unsigned i = 0; i < 7; i++)
        issuer = chain.certs[7 - i] = make_ca(names[i], (i + 1) % 2, issuer, i % 2);
    plan = plan_signer(make_key(KEY_P256, 2), issuer, 1);
    chain.certs[0] = make_cert(&plan);
    assert_judged(chain, ANCHORS(root), STATUS_ACCEPTED, 9);
}

/* Two anchors of one name, as in a rollover of the CA's key: each order, old and new signers. */
static void test_rollover(void **state)
{
    gnutls_x509_crt_t old = make_ca("rolling", 0, NULL, 0), new = make_ca("rolling", 1, NULL, 0);
    struct cert_plan plan = plan_signer(make_key(KEY_P256, 2), old, 0);
    gnutls_x509_crt_t of_old = make_cert(&plan), of_new, of_other;

    (void)state;
    plan.issuer_key = make_key(KEY_P256, 1);
    of_new = make_cert(&plan);
    plan.issuer_key = make_key(KEY_P256, 2);
    of_other = make_cert(&plan);
    assert_judged(make_chain(1, of_old), ANCHORS(old, new), STATUS_ACCEPTED, 2);
    assert_judged(make_chain(1, of_old), ANCHORS(new, old), STATUS_ACCEPTED, 2);
    assert_judged(make_chain(1, of_new), ANCHORS(old, new), STATUS_ACCEPTED, 2);
    assert_judged(make_chain(1, of_new), ANCHORS(new, old), STATUS_ACCEPTED, 2);
    assert_judged(make_chain(1, of_other), ANCHORS(new, old), STATUS_UNTRUSTED_CHAIN, 0);
}

/* One of two anchors is expired: the other one decides; alone, the reason is named. */
static void test_renewed_anchor(void **state)
{
    struct cert_plan plan = {.name = "root",
                             .key = make_key(KEY_P256, 0),
                             .ca = true,
                             .usage = GNUTLS_KEY_KEY_CERT_SIGN,
                             .end = NOW - 1};
    gnutls_x509_crt_t expired = make_cert(&plan), impostor = make_ca("root", 2, NULL, 0);

    (void)state;
    assert_judged(make_chain(2, signer, intermediate), ANCHORS(expired, root), STATUS_ACCEPTED, 3);
    assert_judged(make_chain(2, signer, intermediate), ANCHORS(root, expired), STATUS_ACCEPTED, 3);
    assert_judged(make_chain(2, signer, intermediate), ANCHORS(expired), STATUS_CERTIFICATE_EXPIRED,
                  0);
    assert_judged(make_chain(2, signer, intermediate), ANCHORS(expired, impostor),
                  STATUS_CERTIFICATE_EXPIRED, 0);
    assert_judged(make_chain(2, signer, intermediate), ANCHORS(impostor, expired),
                  STATUS_CERTIFICATE_EXPIRED, 0);
}

static void test_anchor_signs_nothing(void **state)
{
    gnutls_x509_crt_t renewed = make_ca("root", 0, NULL, 0);
    struct cert_plan plan = {.name = "alone",
                             .key = make_key(KEY_P256, 2),
                             .usage = GNUTLS_KEY_DIGITAL_SIGNATURE,
                             .dns = {"issuer.example"}};
    gnutls_x509_crt_t alone = make_cert(&plan);

    (void)state;
    assert_judged(make_chain(1, root), ANCHORS(root), STATUS_NOT_A_SIGNING_CERTIFICATE, 0);
    assert_judged(make_chain(2, root, root), ANCHORS(root), STATUS_NOT_A_SIGNING_CERTIFICATE, 0);
    assert_judged(make_chain(1, renewed), ANCHORS(root), STATUS_NOT_A_SIGNING_CERTIFICATE, 0);
    assert_judged(make_chain(2, intermediate, root), ANCHORS(root),
                  STATUS_NOT_A_SIGNING_CERTIFICATE, 0);
    assert_judged(make_chain(2, intermediate, root), ANCHORS(root, intermediate),
                  STATUS_NOT_A_SIGNING_CERTIFICATE, 0);
    /* self-signed and no CA: neither trusted by itself nor an anchor */
    assert_judged(make_chain(1, alone), ANCHORS(root), STATUS_UNTRUSTED_CHAIN, 0);
    assert_judged(make_chain(1, alone), ANCHORS(alone), STATUS_UNTRUSTED_CHAIN, 0);
}

/* An end entity in the anchors is not its own proof, even when its issuer is an anchor too. */
static void test_signer_is_anchor(void **state)
{
    (void)state;
    assert_judged(make_chain(2, signer, intermediate), ANCHORS(root, signer),
                  STATUS_NOT_A_SIGNING_CERTIFICATE, 0);
    assert_judged(make_chain(1, signer), ANCHORS(signer), STATUS_UNTRUSTED_CHAIN, 0);
}

/* A constraint on names, on whichever CA: it leaves that CA free in its choice of URI names. */
static void test_uri_below_constraint(void **state)
{
    static const unsigned char constraint[] = "\x30\x0d\xa0\x0b\x30\x09\x82\x07"
                                              "example";

    (void)state;
    for (unsigned constrained = 0; constrained < 3; constrained++) {
        struct cert_plan plans[2] = {{.name = "root", .key = make_key(KEY_P256, 0), .ca = true},
                                     {.name = "middle", .key = make_key(KEY_P256, 1), .ca = true}};
        struct cert_plan plan = plan_signer(make_key(KEY_P256, 2), NULL, 1);
        gnutls_x509_crt_t anchor, middle;

        if (constrained < 2)
            plans[constrained].extensions[0] = (struct extension_plan){
                "2.5.29.30", span_of(constraint, sizeof(constraint) - 1), true};
        anchor = make_cert(&plans[0]);
        plans[1].issuer = anchor;
        plans[1].issuer_key = make_key(KEY_P256, 0);
        middle = plan.issuer = make_cert(&plans[1]);
        plan.dns[0] = "other.example";
        plan.uri = "https://issuer.example";
        assert_judged(make_chain(2, make_cert(&plan), middle), ANCHORS(anchor),
                      constrained < 2 ? STATUS_SIGNER_NOT_ALLOWED : STATUS_ACCEPTED,
                      constrained < 2 ? 0 : 3);
    }
}

static void test_source_errors(void **state)
{
    static const enum status failures[] = {STATUS_CONFIG_ERROR, STATUS_OUT_OF_MEMORY,
                                           STATUS_SYSTEM_ERROR};

    (void)state;
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        struct memory_anchors anchors = ANCHORS(root);

        anchors.failure = failures[i];
        for (anchors.fail_at = 1; anchors.fail_at <= 3; anchors.fail_at++)
            assert_judged(make_chain(2, signer, intermediate), anchors, failures[i], 0);
        /* signer's issuer, intermediate's issuer, signer: there is no fourth question */
        assert_judged(make_chain(2, signer, intermediate), anchors, STATUS_ACCEPTED, 3);
    }
}

static void check_dates(gnutls_x509_crt_t leaf, gnutls_x509_crt_t middle, int64_t begin,
                        int64_t end)
{
    const struct {
        int64_t now;
        enum status status;
    } rows[] = {
        {begin - 1, STATUS_CERTIFICATE_NOT_YET_VALID},
        {begin, STATUS_ACCEPTED},
        {end, STATUS_ACCEPTED},
        {end + 1, STATUS_CERTIFICATE_EXPIRED},
        {INT64_MIN, STATUS_CERTIFICATE_NOT_YET_VALID},
        {INT64_MAX, STATUS_CERTIFICATE_EXPIRED},
    };
    struct memory_anchors anchors = ANCHORS(root);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct untrusted_chain chain = make_chain(2, leaf, middle);
        unsigned count;

        assert_int_equal(judge_at(&chain, &anchors, rows[i].now, &count), rows[i].status);
    }
}

static void test_dates(void **state)
{
    struct cert_plan plan = plan_signer(make_key(KEY_P256, 2), intermediate, 1);
    struct cert_plan middle = {.name = "intermediate",
                               .key = make_key(KEY_P256, 1),
                               .issuer = root,
                               .issuer_key = make_key(KEY_P256, 0),
                               .ca = true,
                               .usage = GNUTLS_KEY_KEY_CERT_SIGN,
                               .begin = NOW - 2 * DAY,
                               .end = NOW + 2 * DAY};

    (void)state;
    check_dates(signer, make_cert(&middle), NOW - 2 * DAY, NOW + 2 * DAY);
    check_dates(signer, intermediate, BEGIN, END);
    plan.begin = NOW - DAY;
    plan.end = NOW + DAY;
    check_dates(make_cert(&plan), intermediate, NOW - DAY, NOW + DAY);
    plan.end = INT64_C(253402300799); /* 9999-12-31T23:59:59Z: no end (RFC 5280 section 4.1.2.5) */
    check_dates(make_cert(&plan), intermediate, NOW - DAY, END);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_path_certificates),
        cmocka_unit_test(test_untrusted),
        cmocka_unit_test(test_careless_source),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_longest),
        cmocka_unit_test(test_rollover),
        cmocka_unit_test(test_renewed_anchor),
        cmocka_unit_test(test_anchor_signs_nothing),
        cmocka_unit_test(test_signer_is_anchor),
        cmocka_unit_test(test_uri_below_constraint),
        cmocka_unit_test(test_source_errors),
        cmocka_unit_test(test_dates),
    };
    int failed = cmocka_run_group_tests(tests, make_certs, NULL);

    make_free_all();
    return failed;
}
