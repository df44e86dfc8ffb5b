/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/trust-signer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-token.h"

static void assert_judged(const struct cert_plan *plan, const struct issuer_rules *issuer,
                          enum status expected)
{
    struct report report = {0};
    enum status found = trust_signer_check(make_cert(plan), issuer, false, &report);

    if (found != expected)
        fail_msg("expected %s, found %s: %s", status_slug(expected), status_slug(found),
                 report.detail);
    assert_int_equal(report.detail[0] == '\0', found == STATUS_ACCEPTED);
}

static struct cert_plan good(void)
{
    return plan_signer(make_key(KEY_P256, 2), make_ca("root", 0, NULL, 0), 0);
}

static void test_good(void **state)
{
    struct issuer_rules issuer = make_issuer();
    struct cert_plan plan = good();

    (void)state;
    assert_judged(&plan, &issuer, STATUS_ACCEPTED);
    plan.usage = 0;
    assert_judged(&plan, &issuer, STATUS_ACCEPTED);
}

static void test_version(void **state)
{
    struct issuer_rules issuer = make_issuer();
    struct cert_plan plan = {.name = "x", .key = make_key(KEY_P256, 2)};

    (void)state;
    issuer.signer_names = LIST("*");
    assert_judged(&plan, &issuer, STATUS_ACCEPTED);
    for (plan.version = 1; plan.version < 3; plan.version++)
        assert_judged(&plan, &issuer, STATUS_NOT_A_SIGNING_CERTIFICATE);
}

static void test_ca(void **state)
{
    struct issuer_rules issuer = make_issuer();
    struct cert_plan plan = good();

    (void)state;
    plan.ca = true;
    assert_judged(&plan, &issuer, STATUS_NOT_A_SIGNING_CERTIFICATE);
    plan.usage = 0;
    assert_judged(&plan, &issuer, STATUS_NOT_A_SIGNING_CERTIFICATE);
    plan = good();
    plan.extensions[0] = (struct extension_plan){"2.5.29.19", span_of("\x30\x00", 2), true};
    assert_judged(&plan, &issuer, STATUS_ACCEPTED);
    plan.extensions[0].value = span_of("\x30\x03\x01\x01\xff", 5);
    plan.extensions[0].critical = false;
    assert_judged(&plan, &issuer, STATUS_NOT_A_SIGNING_CERTIFICATE);
    plan.extensions[0].value = span_of("\x04\x00", 2);
    assert_judged(&plan, &issuer, STATUS_NOT_A_SIGNING_CERTIFICATE);
}

static void test_key_usage(void **state)
{
    static const struct {
        unsigned usage;
        enum status digital, other, both;
    } rows[] = {
        {GNUTLS_KEY_DIGITAL_SIGNATURE, STATUS_ACCEPTED, STATUS_NOT_A_SIGNING_CERTIFICATE,
         STATUS_ACCEPTED},
        {GNUTLS_KEY_NON_REPUDIATION, STATUS_NOT_A_SIGNING_CERTIFICATE, STATUS_ACCEPTED,
         STATUS_ACCEPTED},
        {GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_NON_REPUDIATION, STATUS_ACCEPTED,
         STATUS_ACCEPTED, STATUS_ACCEPTED},
        {GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT, STATUS_ACCEPTED,
         STATUS_NOT_A_SIGNING_CERTIFICATE, STATUS_ACCEPTED},
        {GNUTLS_KEY_KEY_ENCIPHERMENT, STATUS_NOT_A_SIGNING_CERTIFICATE,
         STATUS_NOT_A_SIGNING_CERTIFICATE, STATUS_NOT_A_SIGNING_CERTIFICATE},
        {GNUTLS_KEY_KEY_AGREEMENT | GNUTLS_KEY_ENCIPHER_ONLY, STATUS_NOT_A_SIGNING_CERTIFICATE,
         STATUS_NOT_A_SIGNING_CERTIFICATE, STATUS_NOT_A_SIGNING_CERTIFICATE},
        {GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_CERT_SIGN, STATUS_NOT_A_SIGNING_CERTIFICATE,
         STATUS_NOT_A_SIGNING_CERTIFICATE, STATUS_NOT_A_SIGNING_CERTIFICATE},
        {GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_CRL_SIGN, STATUS_NOT_A_SIGNING_CERTIFICATE,
         STATUS_NOT_A_SIGNING_CERTIFICATE, STATUS_NOT_A_SIGNING_CERTIFICATE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct issuer_rules issuer = make_issuer();
        struct cert_plan plan = good();

        plan.usage = rows[i].usage;
        assert_judged(&plan, &issuer, rows[i].digital);
        issuer.signer_key_usage = LIST("nonRepudiation");
        assert_judged(&plan, &issuer, rows[i].other);
        issuer.signer_key_usage = LIST("nonRepudiation", "digitalSignature");
        assert_judged(&plan, &issuer, rows[i].both);
    }
}

static void test_key_usage_not_critical(void **state)
{
    struct issuer_rules issuer = make_issuer();
    struct cert_plan plan = good();

    (void)state;
    plan.usage = 0;
    plan.extensions[0] =
        (struct extension_plan){"2.5.29.15", span_of("\x03\x02\x05\x20", 4), false};
    assert_judged(&plan, &issuer, STATUS_NOT_A_SIGNING_CERTIFICATE);
    plan.extensions[0].value = span_of("\x03\x02\x07\x80", 4);
    assert_judged(&plan, &issuer, STATUS_ACCEPTED);
    plan.extensions[0].value = span_of("\x03\x01\x00", 3);
    assert_judged(&plan, &issuer, STATUS_NOT_A_SIGNING_CERTIFICATE);
    plan.extensions[0].value = span_of("\x05\x00", 2);
    assert_judged(&plan, &issuer, STATUS_NOT_A_SIGNING_CERTIFICATE);
}

#define PURPOSE "1.3.6.1.4.1.99999.1"
#define OTHER "1.3.6.1.5.5.7.3.1"
#define ANY "2.5.29.37.0"

static void test_extended_key_usage(void **state)
{
    static const struct {
        const char *purpose[2];
        enum status status; /* when PURPOSE is asked for */
    } rows[] = {
        {{NULL}, STATUS_NOT_A_SIGNING_CERTIFICATE},
        {{OTHER}, STATUS_NOT_A_SIGNING_CERTIFICATE},
        {{ANY}, STATUS_NOT_A_SIGNING_CERTIFICATE},
        {{PURPOSE}, STATUS_ACCEPTED},
        {{OTHER, PURPOSE}, STATUS_ACCEPTED},
        {{PURPOSE "1"}, STATUS_NOT_A_SIGNING_CERTIFICATE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct issuer_rules issuer = make_issuer();
        struct cert_plan plan = good();

        plan.purpose[0] = rows[i].purpose[0];
        plan.purpose[1] = rows[i].purpose[1];
        assert_judged(&plan, &issuer, STATUS_ACCEPTED);
        issuer.signer_eku = LIST(PURPOSE);
        assert_judged(&plan, &issuer, rows[i].status);
        issuer.signer_eku = LIST("1.2.3", PURPOSE);
        assert_judged(&plan, &issuer, rows[i].status);
    }
}

static void test_strange_extended_key_usage(void **state)
{
    struct issuer_rules issuer = make_issuer();
    struct cert_plan plan = good();

    (void)state;
    plan.extensions[0] = (struct extension_plan){"2.5.29.37", span_of("\x30\x00", 2), true};
    issuer.signer_eku = LIST(PURPOSE);
    assert_judged(&plan, &issuer, STATUS_NOT_A_SIGNING_CERTIFICATE);
    plan.extensions[0].value = span_of("\x04\x00", 2);
    assert_judged(&plan, &issuer, STATUS_NOT_A_SIGNING_CERTIFICATE);
    issuer.signer_eku = NO_LIST;
    assert_judged(&plan, &issuer, STATUS_NOT_A_SIGNING_CERTIFICATE);
}

static void test_dns_names(void **state)
{
    static const struct {
        const char *dns;
        enum status status;
    } rows[] = {
        {"issuer.example", STATUS_ACCEPTED},
        {"ISSUER.Example", STATUS_ACCEPTED},
        {"issuer.example.", STATUS_SIGNER_NOT_ALLOWED},
        {".issuer.example", STATUS_SIGNER_NOT_ALLOWED},
        {"issuer.example.evil", STATUS_SIGNER_NOT_ALLOWED},
        {"evil.issuer.example", STATUS_SIGNER_NOT_ALLOWED},
        {"issuer.exampl", STATUS_SIGNER_NOT_ALLOWED},
        {"ssuer.example", STATUS_SIGNER_NOT_ALLOWED},
        {"*.example", STATUS_SIGNER_NOT_ALLOWED},
        {"*", STATUS_SIGNER_NOT_ALLOWED},
        {"issuer-example", STATUS_SIGNER_NOT_ALLOWED},
        {"issuer.example ", STATUS_SIGNER_NOT_ALLOWED},
        {"https://issuer.example", STATUS_SIGNER_NOT_ALLOWED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct issuer_rules issuer = make_issuer();
        struct cert_plan plan = good();

        plan.dns[0] = rows[i].dns;
        assert_judged(&plan, &issuer, rows[i].status);
        plan.dns[1] = "other.example";
        assert_judged(&plan, &issuer, rows[i].status);
        plan.dns[2] = "issuer.example";
        assert_judged(&plan, &issuer, STATUS_ACCEPTED);
    }
}

static void test_no_names(void **state)
{
    struct issuer_rules issuer = make_issuer();
    struct cert_plan plan = good();

    (void)state;
    plan.dns[0] = NULL;
    plan.name = "issuer.example";
    assert_judged(&plan, &issuer, STATUS_SIGNER_NOT_ALLOWED);
    plan.email = "issuer.example";
    assert_judged(&plan, &issuer, STATUS_SIGNER_NOT_ALLOWED);
    plan.email = NULL;
    plan.uri = "issuer.example";
    assert_judged(&plan, &issuer, STATUS_SIGNER_NOT_ALLOWED);
}

static void test_uri_names(void **state)
{
    static const struct {
        const char *uri;
        enum status status;
    } rows[] = {
        {ISSUER, STATUS_ACCEPTED},
        {ISSUER "/", STATUS_SIGNER_NOT_ALLOWED},
        {"https://ISSUER.example", STATUS_SIGNER_NOT_ALLOWED},
        {"http://issuer.example", STATUS_SIGNER_NOT_ALLOWED},
        {"https://issuer.exampl", STATUS_SIGNER_NOT_ALLOWED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct issuer_rules issuer = make_issuer();
        struct cert_plan plan = good();

        plan.dns[0] = NULL;
        plan.uri = rows[i].uri;
        assert_judged(&plan, &issuer, rows[i].status);
        plan.dns[0] = "other.example";
        assert_judged(&plan, &issuer, rows[i].status);
    }
}

static void test_signer_names(void **state)
{
    struct issuer_rules issuer = make_issuer();
    struct cert_plan plan = good();

    (void)state;
    issuer.signer_names = LIST("a.example", "Issuer.Example");
    assert_judged(&plan, &issuer, STATUS_ACCEPTED);
    issuer.signer_names = LIST("a.example", "b.example");
    assert_judged(&plan, &issuer, STATUS_SIGNER_NOT_ALLOWED);
    issuer.signer_names = LIST("*.example");
    assert_judged(&plan, &issuer, STATUS_SIGNER_NOT_ALLOWED);
    issuer.signer_names = NO_LIST;
    assert_judged(&plan, &issuer, STATUS_SIGNER_NOT_ALLOWED);
    issuer.signer_names = LIST("");
    assert_judged(&plan, &issuer, STATUS_SIGNER_NOT_ALLOWED);
    issuer.signer_names = LIST("a.example", "*");
    assert_judged(&plan, &issuer, STATUS_ACCEPTED);
    plan.dns[0] = NULL;
    assert_judged(&plan, &issuer, STATUS_ACCEPTED);
    plan.dns[0] = "*.example";
    issuer.signer_names = LIST("*.example");
    assert_judged(&plan, &issuer, STATUS_SIGNER_NOT_ALLOWED);
}

/* subjectAltName of the given GeneralNames. */
static void judge_names(const void *names, size_t len, enum status expected)
{
    struct issuer_rules issuer = make_issuer();
    struct cert_plan plan = good();
    unsigned char bytes[128] = {0x30, (unsigned char)len};

    assert_true(len < 120);
    memcpy(bytes + 2, names, len);
    plan.dns[0] = NULL;
    plan.extensions[0] = (struct extension_plan){"2.5.29.17", span_of(bytes, len + 2), false};
    if (make_strange_cert(&plan))
        assert_judged(&plan, &issuer, expected);
    else
        assert_int_not_equal(expected, STATUS_ACCEPTED);
}

#define NAMES(literal, status) judge_names(literal, sizeof(literal) - 1, status)

static void test_raw_names(void **state)
{
    (void)state;
    NAMES("\x82\x0eissuer.example", STATUS_ACCEPTED);
    NAMES("\x81\x0eissuer.example", STATUS_SIGNER_NOT_ALLOWED);
    NAMES("\x86\x0eissuer.example", STATUS_SIGNER_NOT_ALLOWED);
    NAMES("\x82\x16https://issuer.example", STATUS_SIGNER_NOT_ALLOWED);
    NAMES("\x86\x16https://issuer.example", STATUS_ACCEPTED);
    NAMES("\x82\x0fissuer.example\0", STATUS_SIGNER_NOT_ALLOWED);
    NAMES("\x82\x14issuer.example\0.evil", STATUS_SIGNER_NOT_ALLOWED);
    NAMES("\x86\x17https://issuer.example\0", STATUS_SIGNER_NOT_ALLOWED);
    NAMES("\x82\x00", STATUS_SIGNER_NOT_ALLOWED);
    NAMES("", STATUS_SIGNER_NOT_ALLOWED);
    NAMES("\x87\x04\x7f\x00\x00\x01", STATUS_SIGNER_NOT_ALLOWED);
    /* other kinds before the name that counts */
    NAMES("\x87\x04\x7f\x00\x00\x01\x82\x0eissuer.example", STATUS_ACCEPTED);
    NAMES("\xa4\x0f\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02"
          "ab\x82\x0eissuer.example",
          STATUS_ACCEPTED);
    NAMES("\x88\x02\x2a\x03\x82\x0eissuer.example", STATUS_ACCEPTED);
    NAMES("\xa0\x08\x06\x02\x2a\x03\xa0\x02\x05\x00\x82\x0eissuer.example", STATUS_ACCEPTED);
}

/* A name longer than any of ours is passed over, and the next one counts. */
static void test_long_name(void **state)
{
    static char name[3000];
    struct issuer_rules issuer = make_issuer();
    struct cert_plan plan = good();

    (void)state;
    memset(name, 'a', sizeof(name) - 1);
    plan.dns[0] = name;
    assert_judged(&plan, &issuer, STATUS_SIGNER_NOT_ALLOWED);
    plan.dns[1] = "issuer.example";
    assert_judged(&plan, &issuer, STATUS_ACCEPTED);
}

/* A CA whose dNSNames are constrained would choose its URI names freely. */
static void test_uri_under_constraints(void **state)
{
    struct issuer_rules issuer = make_issuer();
    struct cert_plan plan = good();
    struct report report = {0};

    (void)state;
    assert_int_equal(trust_signer_check(make_cert(&plan), &issuer, true, &report), STATUS_ACCEPTED);
    plan.dns[0] = NULL;
    plan.uri = issuer.issuer;
    assert_int_equal(trust_signer_check(make_cert(&plan), &issuer, false, &report),
                     STATUS_ACCEPTED);
    assert_int_equal(trust_signer_check(make_cert(&plan), &issuer, true, &report),
                     STATUS_SIGNER_NOT_ALLOWED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_ca),
        cmocka_unit_test(test_key_usage),
        cmocka_unit_test(test_key_usage_not_critical),
        cmocka_unit_test(test_extended_key_usage),
        cmocka_unit_test(test_strange_extended_key_usage),
        cmocka_unit_test(test_dns_names),
        cmocka_unit_test(test_no_names),
        cmocka_unit_test(test_uri_names),
        cmocka_unit_test(test_uri_under_constraints),
        cmocka_unit_test(test_signer_names),
        cmocka_unit_test(test_raw_names),
        cmocka_unit_test(test_long_name),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_free_all();
    return failed;
}
