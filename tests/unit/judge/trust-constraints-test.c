/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/trust-constraints.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-cert.h"

#define TEXT(literal) span_of(literal, sizeof(literal) - 1)
#define NULL_DER TEXT("\x05\x00")

static void assert_cert(gnutls_x509_crt_t cert, enum status expected)
{
    struct report report = {0};
    enum status found = trust_constraints_check(cert, 4, &report);

    if (found != expected)
        fail_msg("expected %s, found %s: %s", status_slug(expected), status_slug(found),
                 report.detail);
    assert_int_equal(strncmp(report.detail, "certificate 4: ", 15) == 0, found != STATUS_ACCEPTED);
}

static void assert_extension(const char *oid, struct span value, bool critical,
                             enum status expected)
{
    struct cert_plan plan = {.name = "x", .key = make_key(KEY_P256, 0)};

    plan.extensions[0] = (struct extension_plan){oid, value, critical};
    assert_cert(make_cert(&plan), expected);
}

static void test_none(void **state)
{
    struct cert_plan plan = {.name = "x", .key = make_key(KEY_P256, 0)};

    (void)state;
    assert_cert(make_cert(&plan), STATUS_ACCEPTED);
    assert_cert(make_ca("root", 0, NULL, 0), STATUS_ACCEPTED);
    plan.version = 1;
    assert_cert(make_cert(&plan), STATUS_ACCEPTED);
}

static void test_refused(void **state)
{
    (void)state;
    for (int critical = 0; critical < 2; critical++) {
        assert_extension("2.5.29.36", TEXT("\x30\x03\x80\x01\x00"), critical,
                         STATUS_UNSUPPORTED_CONSTRAINT);
        assert_extension("2.5.29.54", TEXT("\x02\x01\x00"), critical,
                         STATUS_UNSUPPORTED_CONSTRAINT);
    }
}

static void test_unknown(void **state)
{
    (void)state;
    assert_extension("1.2.3.4", NULL_DER, false, STATUS_ACCEPTED);
    assert_extension("1.2.3.4", NULL_DER, true, STATUS_UNSUPPORTED_CONSTRAINT);
    assert_extension("2.5.29.46", NULL_DER, true, STATUS_UNSUPPORTED_CONSTRAINT);
    assert_extension("2.5.29.3", NULL_DER, true, STATUS_UNSUPPORTED_CONSTRAINT);
    assert_extension("1.3.6.1.5.5.7.1.1", NULL_DER, true, STATUS_UNSUPPORTED_CONSTRAINT);
    assert_extension("1.3.6.1.5.5.7.1.1", NULL_DER, false, STATUS_ACCEPTED);
}

static void test_understood(void **state)
{
    static const char *const oids[] = {
        "2.5.29.14", "2.5.29.15", "2.5.29.19", "2.5.29.31", "2.5.29.32",
        "2.5.29.33", "2.5.29.35", "2.5.29.37", "2.5.29.56",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(oids) / sizeof(oids[0]); i++)
        assert_extension(oids[i], NULL_DER, true, STATUS_ACCEPTED);
    assert_extension("2.5.29.17", TEXT("\x30\x03\x82\x01\x61"), true, STATUS_ACCEPTED);
    assert_extension("2.5.29.18", TEXT("\x30\x03\x82\x01\x61"), true, STATUS_ACCEPTED);
}

/* Made by renaming one of two extensions in the DER. GnuTLS refuses it by itself. */
static void test_twice(void **state)
{
    struct cert_plan plan = {.name = "x", .key = make_key(KEY_P256, 0)};
    gnutls_x509_crt_t cert, changed;
    gnutls_datum_t der;
    unsigned char *second;

    (void)state;
    plan.extensions[0] = (struct extension_plan){"1.2.3.4.5.6", NULL_DER, false};
    plan.extensions[1] = (struct extension_plan){"1.2.3.4.5.7", NULL_DER, false};
    cert = make_cert(&plan);
    assert_cert(cert, STATUS_ACCEPTED);
    der = cert_der(cert);
    second = memmem(der.data, der.size, "\x2a\x03\x04\x05\x07", 5);
    assert_non_null(second);
    second[4] = 6;
    assert_int_equal(gnutls_x509_crt_init(&changed), 0);
    if (gnutls_x509_crt_import(changed, &der, GNUTLS_X509_FMT_DER) == 0)
        assert_cert(changed, STATUS_UNSUPPORTED_CONSTRAINT);
    gnutls_x509_crt_deinit(changed);
    gnutls_free(der.data);
}

static void test_count(void **state)
{
    (void)state;
    for (unsigned count = 31; count <= 34; count++) {
        gnutls_x509_privkey_t key = make_key(KEY_P256, 0);
        gnutls_x509_crt_t cert;

        assert_int_equal(gnutls_x509_crt_init(&cert), 0);
        assert_int_equal(gnutls_x509_crt_set_version(cert, 3), 0);
        assert_int_equal(gnutls_x509_crt_set_key(cert, key), 0);
        assert_int_equal(gnutls_x509_crt_set_serial(cert, "\1", 1), 0);
        assert_int_equal(gnutls_x509_crt_set_activation_time(cert, BEGIN), 0);
        assert_int_equal(gnutls_x509_crt_set_expiration_time(cert, END), 0);
        for (unsigned i = 0; i < count; i++) {
            char oid[32];

            snprintf(oid, sizeof(oid), "1.2.3.%u", i + 1);
            assert_int_equal(gnutls_x509_crt_set_extension_by_oid(cert, oid, "\5\0", 2, 0), 0);
        }
        assert_int_equal(gnutls_x509_crt_sign2(cert, cert, key, GNUTLS_DIG_SHA256, 0), 0);
        assert_cert(cert, count <= 32 ? STATUS_ACCEPTED : STATUS_UNSUPPORTED_CONSTRAINT);
        gnutls_x509_crt_deinit(cert);
    }
}

/* One GeneralSubtree of each kind, permitted and excluded. */
static void assert_kind(struct span name, enum status expected)
{
    for (unsigned which = 0xa0; which <= 0xa1; which++) {
        unsigned char bytes[64] = {0x30,
                                   (unsigned char)(name.len + 4),
                                   (unsigned char)which,
                                   (unsigned char)(name.len + 2),
                                   0x30,
                                   (unsigned char)name.len};

        memcpy(bytes + 6, name.ptr, name.len);
        assert_extension("2.5.29.30", span_of(bytes, name.len + 6), true, expected);
        assert_extension("2.5.29.30", span_of(bytes, name.len + 6), false, expected);
    }
}

static void test_name_constraints(void **state)
{
    (void)state;
    assert_kind(TEXT("\x82\x07"
                     "example"),
                STATUS_ACCEPTED);
    assert_kind(TEXT("\x81\x07"
                     "example"),
                STATUS_ACCEPTED);
    assert_kind(TEXT("\x87\x08\x0a\x00\x00\x00\xff\x00\x00\x00"), STATUS_ACCEPTED);
    assert_kind(TEXT("\x86\x07"
                     "example"),
                STATUS_UNSUPPORTED_CONSTRAINT);
    assert_kind(TEXT("\xa4\x02\x30\x00"), STATUS_UNSUPPORTED_CONSTRAINT);
    assert_kind(TEXT("\xa4\x0f\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02\x61\x62"),
                STATUS_UNSUPPORTED_CONSTRAINT);
    assert_kind(TEXT("\xa0\x08\x06\x02\x2a\x03\xa0\x02\x05\x00"), STATUS_UNSUPPORTED_CONSTRAINT);
    assert_kind(TEXT("\x88\x02\x2a\x03"), STATUS_UNSUPPORTED_CONSTRAINT);
    assert_kind(TEXT("\xa3\x00"), STATUS_UNSUPPORTED_CONSTRAINT);
    assert_kind(TEXT("\xa5\x00"), STATUS_UNSUPPORTED_CONSTRAINT);
}

/* A kind that is enforced does not excuse one that is not. */
static void test_mixed_constraints(void **state)
{
    (void)state;
    assert_extension("2.5.29.30",
                     TEXT("\x30\x10\xa0\x0e"
                          "\x30\x05\x82\x03"
                          "abc"
                          "\x30\x05\x86\x03"
                          "abc"),
                     true, STATUS_UNSUPPORTED_CONSTRAINT);
    assert_extension("2.5.29.30",
                     TEXT("\x30\x12\xa0\x07"
                          "\x30\x05\x82\x03"
                          "abc"
                          "\xa1\x07"
                          "\x30\x05\x86\x03"
                          "abc"),
                     true, STATUS_UNSUPPORTED_CONSTRAINT);
    assert_extension("2.5.29.30", TEXT("\x05\x00"), true, STATUS_UNSUPPORTED_CONSTRAINT);
    assert_extension("2.5.29.30", TEXT("\x30\x02\x30\x00"), true, STATUS_UNSUPPORTED_CONSTRAINT);
    assert_extension("2.5.29.30", TEXT("\x30\x00\x05\x00"), true, STATUS_UNSUPPORTED_CONSTRAINT);
}

/* RFC 5280 section 4.2.1.10: minimum is 0 and maximum is absent; GnuTLS overlooks both. */
static void test_subtree_bounds(void **state)
{
    (void)state;
    assert_kind(TEXT("\x82\x03"
                     "abc"
                     "\x80\x01\x05"),
                STATUS_UNSUPPORTED_CONSTRAINT);
    assert_kind(TEXT("\x82\x03"
                     "abc"
                     "\x81\x01\x05"),
                STATUS_UNSUPPORTED_CONSTRAINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_understood),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_name_constraints),
        cmocka_unit_test(test_mixed_constraints),
        cmocka_unit_test(test_subtree_bounds),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_free_all();
    return failed;
}
