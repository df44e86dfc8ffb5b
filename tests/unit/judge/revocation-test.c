/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/revocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-token.h"

#define NO_REV_AVAIL "2.5.29.56"
#define CRL_POINTS "2.5.29.31"
#define FRESHEST_CRL "2.5.29.46"
#define AUTHORITY_INFO "1.3.6.1.5.5.7.1.1"

/* Judges root - signer, or root - intermediate - signer if `intermediate` is there. */
static enum status judge_plans(const struct cert_plan *signer, const struct cert_plan *intermediate,
                               const struct issuer_rules *issuer, struct trusted_key **key)
{
    gnutls_x509_crt_t root = make_ca("root", 0, NULL, 0);
    struct memory_anchors anchors = {.certs = {root}, .count = 1};
    struct anchor_source source = make_source(&anchors);
    struct cert_plan leaf = *signer, middle;
    struct untrusted_chain chain = {.count = 1};
    TRUSTED_PATH_CLEANUP struct trusted_path *path = NULL;
    struct report report = {0};
    const struct revocation_question question = {.issuer = issuer, .now = NOW};
    enum status status;

    leaf.issuer = root;
    leaf.issuer_key = make_key(KEY_P256, 0);
    if (intermediate) {
        middle = *intermediate;
        middle.issuer = root;
        middle.issuer_key = make_key(KEY_P256, 0);
        leaf.issuer = chain.certs[chain.count++] = make_cert(&middle);
        leaf.issuer_key = middle.key;
    }
    chain.certs[0] = make_cert(&leaf);
    if (make_path(&chain, issuer, &source, NOW, &path, &report) != STATUS_ACCEPTED)
        fail_msg("%s", report.detail);
    status = revocation_check(path, &question, key, &report);
    assert_int_equal(*key != NULL, status == STATUS_ACCEPTED);
    assert_int_equal(report.detail[0] == '\0', status == STATUS_ACCEPTED);
    return status;
}

/* `settled` NULL: revocation-unknown. */
static void assert_settled(const struct cert_plan *signer, const struct cert_plan *intermediate,
                           const struct issuer_rules *issuer, const char *settled)
{
    TRUSTED_KEY_CLEANUP struct trusted_key *key = NULL;
    enum status status = judge_plans(signer, intermediate, issuer, &key);

    assert_int_equal(status, settled ? STATUS_ACCEPTED : STATUS_REVOCATION_UNKNOWN);
    if (settled)
        assert_string_equal(trusted_key_revocation(key), settled);
}

static struct cert_plan good_signer(void)
{
    return plan_signer(make_key(KEY_P256, 2), NULL, 0);
}

static struct cert_plan good_intermediate(void)
{
    return (struct cert_plan){.name = "intermediate",
                              .key = make_key(KEY_P256, 1),
                              .ca = true,
                              .usage = GNUTLS_KEY_KEY_CERT_SIGN};
}

static struct issuer_rules make_rule(enum revocation_mode mode, int64_t short_lived)
{
    struct issuer_rules issuer = make_issuer();

    issuer.revocation = mode;
    issuer.short_lived = short_lived;
    return issuer;
}

static const struct extension_plan no_rev_avail = {
    NO_REV_AVAIL, {(const unsigned char *)"\5\0", 2}, false};

static void test_modes(void **state)
{
    struct issuer_rules require = make_rule(REVOCATION_REQUIRE, 0);
    struct issuer_rules prefer = make_rule(REVOCATION_PREFER, 0);
    struct issuer_rules off = make_rule(REVOCATION_OFF, 0);
    struct cert_plan signer = good_signer(), intermediate = good_intermediate();

    (void)state;
    assert_settled(&signer, NULL, &require, NULL);
    assert_settled(&signer, NULL, &prefer, "unknown");
    assert_settled(&signer, NULL, &off, "off");
    assert_settled(&signer, &intermediate, &require, NULL);
    assert_settled(&signer, &intermediate, &prefer, "unknown");
    assert_settled(&signer, &intermediate, &off, "off");
}

static void test_no_rev_avail(void **state)
{
    struct issuer_rules require = make_rule(REVOCATION_REQUIRE, 0);
    struct issuer_rules prefer = make_rule(REVOCATION_PREFER, 0);
    struct issuer_rules off = make_rule(REVOCATION_OFF, 0);
    struct cert_plan signer = good_signer();

    (void)state;
    signer.extensions[0] = no_rev_avail;
    assert_settled(&signer, NULL, &require, "noRevAvail");
    assert_settled(&signer, NULL, &prefer, "noRevAvail");
    assert_settled(&signer, NULL, &off, "off");
}

/* RFC 9608 section 4: beside a place to ask it counts for nothing */
static void test_no_rev_avail_beside(void **state)
{
    static const char *const places[] = {CRL_POINTS, FRESHEST_CRL, AUTHORITY_INFO};
    struct issuer_rules require = make_rule(REVOCATION_REQUIRE, 0);

    (void)state;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct cert_plan signer = good_signer();

        signer.extensions[0] = no_rev_avail;
        signer.extensions[1] = (struct extension_plan){places[i], span_of("\x30\x00", 2), false};
        assert_settled(&signer, NULL, &require, NULL);
    }
}

/* RFC 9608 section 3: an end entity's only; the CA still needs a status */
static void test_no_rev_avail_in_ca(void **state)
{
    struct issuer_rules require = make_rule(REVOCATION_REQUIRE, 0);
    struct cert_plan signer = good_signer(), intermediate = good_intermediate();

    (void)state;
    signer.extensions[0] = no_rev_avail;
    assert_settled(&signer, &intermediate, &require, NULL);
    intermediate.extensions[0] = no_rev_avail;
    assert_settled(&signer, &intermediate, &require, NULL);
    require.short_lived = END - BEGIN;
    assert_settled(&signer, &intermediate, &require, "short-lived");
}

static void test_short_lived(void **state)
{
    static const struct {
        int64_t life, limit;
        bool settled;
    } rows[] = {
        {0, 0, false},         {0, 1, true},           {DAY, DAY, true}, {DAY + 1, DAY, false},
        {DAY - 1, DAY, true},  {DAY, 0, false},        {1, 1, true},     {2, 1, false},
        {DAY, DAY - 1, false}, {DAY, INT64_MAX, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct issuer_rules require = make_rule(REVOCATION_REQUIRE, rows[i].limit);
        struct cert_plan signer = good_signer();

        signer.begin = NOW;
        signer.end = NOW + rows[i].life;
        assert_settled(&signer, NULL, &require, rows[i].settled ? "short-lived" : NULL);
    }
}

/* Every certificate but the anchor; the log tells the weakest. */
static void test_weakest(void **state)
{
    struct issuer_rules require = make_rule(REVOCATION_REQUIRE, DAY);
    struct issuer_rules prefer = make_rule(REVOCATION_PREFER, DAY);
    struct cert_plan signer = good_signer(), intermediate = good_intermediate();

    (void)state;
    signer.begin = intermediate.begin = NOW;
    signer.end = NOW + DAY;
    intermediate.end = NOW + DAY;
    assert_settled(&signer, &intermediate, &require, "short-lived");
    signer.extensions[0] = no_rev_avail;
    assert_settled(&signer, &intermediate, &require, "short-lived");
    assert_settled(&signer, NULL, &require, "noRevAvail");
    intermediate.end = NOW + 2 * DAY;
    assert_settled(&signer, &intermediate, &require, NULL);
    assert_settled(&signer, &intermediate, &prefer, "unknown");
    intermediate.end = NOW + DAY;
    signer.end = NOW + 2 * DAY;
    signer.extensions[0].oid = NULL;
    assert_settled(&signer, &intermediate, &require, NULL);
}

/* A certificate without end has no short life. */
static void test_no_end(void **state)
{
    struct issuer_rules require = make_rule(REVOCATION_REQUIRE, INT64_C(100) * 365 * DAY);
    struct cert_plan signer = good_signer();

    (void)state;
    signer.end = INT64_C(253402300799); /* 9999-12-31T23:59:59Z */
    assert_settled(&signer, NULL, &require, NULL);
}

static void test_key(void **state)
{
    struct issuer_rules off = make_rule(REVOCATION_OFF, 0);
    struct cert_plan signer = good_signer();
    TRUSTED_KEY_CLEANUP struct trusted_key *key = NULL;
    gnutls_datum_t x, y, expected_x, expected_y, k;
    gnutls_ecc_curve_t curve;

    (void)state;
    signer.serial = "\x01\x80\xab\xff";
    assert_int_equal(judge_plans(&signer, NULL, &off, &key), STATUS_ACCEPTED);
    assert_string_equal(trusted_key_serial(key), "0180abff");
    assert_int_equal(gnutls_pubkey_export_ecc_raw2(trusted_key_pubkey(key), &curve, &x, &y, 0), 0);
    assert_int_equal(
        gnutls_x509_privkey_export_ecc_raw(signer.key, &curve, &expected_x, &expected_y, &k), 0);
    assert_true(span_equal(span_of(x.data, x.size), span_of(expected_x.data, expected_x.size)));
    assert_true(span_equal(span_of(y.data, y.size), span_of(expected_y.data, expected_y.size)));
    gnutls_free(x.data);
    gnutls_free(y.data);
    gnutls_free(expected_x.data);
    gnutls_free(expected_y.data);
    gnutls_free(k.data);
}

static void test_long_serial(void **state)
{
    static char serial[66];
    struct issuer_rules off = make_rule(REVOCATION_OFF, 0);

    (void)state;
    memset(serial, 0x11, sizeof(serial) - 1);
    for (size_t len = 63; len <= 65; len++) {
        TRUSTED_KEY_CLEANUP struct trusted_key *key = NULL;
        struct cert_plan signer = good_signer();

        serial[len] = '\0';
        signer.serial = serial;
        assert_int_equal(judge_plans(&signer, NULL, &off, &key),
                         len <= 64 ? STATUS_ACCEPTED : STATUS_BAD_KEY);
        if (key)
            assert_int_equal(strlen(trusted_key_serial(key)), 2 * len);
        serial[len] = 0x11;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_no_rev_avail),
        cmocka_unit_test(test_no_rev_avail_beside),
        cmocka_unit_test(test_no_rev_avail_in_ca),
        cmocka_unit_test(test_short_lived),
        cmocka_unit_test(test_weakest),
        cmocka_unit_test(test_no_end),
        cmocka_unit_test(test_key),
        cmocka_unit_test(test_long_serial),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_free_all();
    return failed;
}
