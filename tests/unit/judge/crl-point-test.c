/* SPDX-License-Identifier: BSD-3-Clause */
/* issuingDistributionPoint against the certificate. */
#include "ask-crl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define POINTS "2.5.29.31"
#define POINT BYTES("\x55\x1d\x1c")
#define ANY BYTES("\x05\x00")

static void set_extension(struct crl_plan *plan, struct span oid, struct span value)
{
    plan->extensions = make_extension(oid, true, value);
}

#define URI(text) DER(0x86, BYTES(text))
#define FULL(...) DER(0xa0, DER(0xa0, __VA_ARGS__))
#define RELATIVE DER(0xa0, DER(0xa1, BYTES("\x30\x0a\x06\x03\x55\x04\x03\x0c\x03one")))

static const char *const no_name = "expected a name of issuingDistributionPoint";

/* A certificate whose cRLDistributionPoints is that; without pointer: it has none. */
static gnutls_x509_crt_t make_at(struct span points, bool ca)
{
    struct cert_plan plan = plan_signer(make_key(KEY_P256, 1), ask_root(), 0);

    plan.serial = "\x12\x34";
    plan.ca = ca;
    if (points.ptr)
        plan.extensions[0] = (struct extension_plan){POINTS, points, false};
    return make_cert(&plan);
}

static void assert_at(gnutls_x509_crt_t cert, struct span value, const char *unknown)
{
    struct crl_plan plan = ask_plan();

    set_extension(&plan, POINT, value);
    assert_says(&plan, cert, NOW, unknown ? CERTIFICATE_UNKNOWN : CERTIFICATE_GOOD,
                unknown ? unknown : "");
}

static void test_point_name(void **state)
{
    struct span one = URI("http://crl.example/1"), two = URI("http://crl.example/2");
    gnutls_x509_crt_t cert = make_at(DER(0x30, DER(0x30, FULL(one))), false);
    gnutls_x509_crt_t both = make_at(DER(0x30, DER(0x30, FULL(two, one))), false);
    gnutls_x509_crt_t second =
        make_at(DER(0x30, DER(0x30, FULL(two)), DER(0x30, FULL(one))), false);

    (void)state;
    assert_at(cert, DER(0x30, FULL(one)), NULL);
    assert_at(cert, DER(0x30, FULL(two, one)), NULL);
    assert_at(both, DER(0x30, FULL(one)), NULL);
    assert_at(second, DER(0x30, FULL(one)), NULL);
    assert_at(cert, DER(0x30, FULL(two)), no_name);
    assert_at(cert, DER(0x30, FULL(URI("http://crl.example/1/"))), no_name);
    assert_at(cert, DER(0x30, FULL(URI("HTTP://crl.example/1"))), no_name);
    assert_at(cert, DER(0x30, FULL(DER(0x82, BYTES("http://crl.example/1")))), no_name);
    assert_at(ask_signer(), DER(0x30, FULL(one)), no_name); /* has no cRLDistributionPoints */
}

static void test_point_of_certificate(void **state)
{
    struct span one = URI("http://crl.example/1");
    struct span value = DER(0x30, FULL(one));
    struct crl_plan plan = ask_plan();
    gnutls_x509_crt_t some =
        make_at(DER(0x30, DER(0x30, FULL(one), BYTES("\x81\x02\x01\x40"))), false);

    (void)state;
    assert_at(some, value, "for some reasons of revocation only");
    assert_at(make_at(DER(0x30, DER(0x30, FULL(one), DER(0xa2, ask_directory(ask_root())))), false),
              value, no_name);
    assert_at(make_at(DER(0x30, DER(0x30, DER(0xa2, ask_directory(ask_root())))), false), value,
              no_name);
    assert_at(make_at(DER(0x30, DER(0x30, FULL(one)), ANY), false), value, no_name);
    assert_at(make_at(DER(0x31, DER(0x30, FULL(one))), false), value, no_name);
    set_extension(&plan, POINT, value);
    plan.entries = ask_entries(make_entry_for(SERIAL, 1));
    assert_says(&plan, some, NOW, CERTIFICATE_REVOKED, "keyCompromise");
    assert_unknown(&plan, no_name); /* revoked, but in a list of others */
}

/* RFC 5280 section 4.2.1.13: a name below the issuer's, written whole or not */
static void test_point_relative(void **state)
{
    struct span below = BYTES("\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x0c\x03one");
    struct span root = ask_directory(ask_root()); /* a4, length, 30, length, content */
    struct span names = span_of(root.ptr + 4, root.len - 4);
    struct span whole = FULL(DER(0xa4, DER(0x30, names, below)));
    gnutls_x509_crt_t relative = make_at(DER(0x30, DER(0x30, RELATIVE)), false);
    gnutls_x509_crt_t full = make_at(DER(0x30, DER(0x30, whole)), false);

    (void)state;
    assert_at(relative, DER(0x30, RELATIVE), NULL);
    assert_at(relative, DER(0x30, whole), NULL);
    assert_at(full, DER(0x30, RELATIVE), NULL);
    assert_at(full, DER(0x30, whole), NULL);
    assert_at(relative, DER(0x30, FULL(DER(0xa4, DER(0x30, below)))), no_name);
    assert_at(relative, DER(0x30, FULL(DER(0xa4, DER(0x30, below, names)))), no_name);
    assert_at(relative, DER(0x30, FULL(DER(0xa4, DER(0x30, names, below, below)))), no_name);
    assert_at(relative, DER(0x30, FULL(root)), no_name);
    assert_at(full, DER(0x30, DER(0xa0, DER(0xa1, BYTES("\x30\x00")))), no_name);
    assert_at(make_at(DER(0x30, DER(0x30, DER(0xa0, DER(0xa1, NONE)))), false),
              DER(0x30, DER(0xa0, DER(0xa1, NONE))), no_name); /* nothing is no name */
}

static void test_point_scope(void **state)
{
    gnutls_x509_crt_t user = ask_signer(), ca = make_at(span_of(NULL, 0), true);
    struct crl_plan plan = ask_plan();

    (void)state;
    assert_at(user, DER(0x30, BYTES("\x81\x01\xff")), NULL);
    assert_at(ca, DER(0x30, BYTES("\x81\x01\xff")), "about end entities only");
    assert_at(ca, DER(0x30, BYTES("\x82\x01\xff")), NULL);
    assert_at(user, DER(0x30, BYTES("\x82\x01\xff")), "about CAs only");
    assert_at(user, DER(0x30, BYTES("\x83\x02\x01\x40")), "about some reasons");
    assert_at(user, DER(0x30, BYTES("\x84\x01\xff")), "an indirect CRL");
    assert_at(user, DER(0x30, BYTES("\x85\x01\xff")), "attribute certificates only");
    plan.entries = ask_entries(make_entry_for(SERIAL, 1));
    set_extension(&plan, POINT, DER(0x30, BYTES("\x83\x02\x01\x40")));
    assert_revoked(&plan, "keyCompromise");
    set_extension(&plan, POINT, DER(0x30, BYTES("\x84\x01\xff")));
    assert_unknown(&plan, "an indirect CRL");
    set_extension(&plan, POINT, DER(0x30, BYTES("\x82\x01\xff")));
    assert_unknown(&plan, "about CAs only");
}

static void test_point_form(void **state)
{
    const struct span rows[] = {
        NONE,
        DER(0x30, NONE), /* RFC 5280 section 5.2.5: never empty */
        DER(0x31, BYTES("\x81\x01\xff")),
        DER(0x30, BYTES("\xa0\x00")),
        DER(0x30, BYTES("\x81\x01\x00")),
        DER(0x30, BYTES("\x81\x01\x01")),
        DER(0x30, BYTES("\x81\x02\xff\xff")),
        DER(0x30, BYTES("\x82\x01\xff\x81\x01\xff")),
        DER(0x30, BYTES("\x81\x01\xff\x81\x01\xff")),
        DER(0x30, BYTES("\x83\x7f")),
        DER(0x30, BYTES("\x86\x01\xff")),
        DER(0x30, BYTES("\x81\x01\xff")),
    };
    size_t last = sizeof(rows) / sizeof(rows[0]) - 1;

    (void)state;
    for (size_t i = 0; i < last; i++)
        assert_at(ask_signer(), rows[i], "issuingDistributionPoint cannot be read");
    assert_at(ask_signer(), rows[last], NULL);
}

/* Nothing of it is looked at before the signature holds: it could be as long as it likes. */
static void test_point_unsigned(void **state)
{
    struct crl_plan plan = ask_plan();

    (void)state;
    set_extension(&plan, POINT, DER(0x30, FULL(URI("http://crl.example/1"))));
    assert_unknown(&plan, no_name);
    plan.key = make_key(KEY_P256, 1);
    assert_unknown(&plan, "verification has failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_point_name),     cmocka_unit_test(test_point_of_certificate),
        cmocka_unit_test(test_point_relative), cmocka_unit_test(test_point_scope),
        cmocka_unit_test(test_point_form),     cmocka_unit_test(test_point_unsigned),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_crl_free_all();
    make_free_all();
    return failed;
}
