/* SPDX-License-Identifier: BSD-3-Clause */
/* Who signed. */
#include "../../../lib/ocsp-responder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-ocsp.h"

#define BYTES(literal) span_of(literal, sizeof(literal) - 1)

static struct ocsp_world world;

static void assert_delegate(const struct cert_plan *delegate, enum certificate_status expected,
                            const char *detail)
{
    struct ocsp_plan plan = plan_delegated(&world, delegate);

    for (unsigned by_key = 0; by_key < 2; by_key++) {
        plan.by_key = by_key;
        assert_ocsp(&world, &plan, expected, detail);
    }
}

/* --- the issuer ------------------------------------------------------------------------------- */

static void test_issuer(void **state)
{
    struct ocsp_plan plan = plan_ocsp(&world);

    (void)state;
    assert_ocsp(&world, &plan, CERTIFICATE_GOOD, "");
    plan.by_key = true;
    assert_ocsp(&world, &plan, CERTIFICATE_GOOD, "");
    plan.certs[0] = world.ca;
    assert_ocsp(&world, &plan, CERTIFICATE_GOOD, "");
}

/* The same name and serial number, under another key. */
static void test_issuer_with_another_key(void **state)
{
    struct ocsp_plan plan = plan_ocsp(&world);

    (void)state;
    plan.key = make_key(KEY_P256, 1);
    plan.singles[0].said = SAYS_GOOD;
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "by the issuer's key: ECDSA-SHA256");
    plan.certs[0] = world.same_ca;
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "is a CA's");
    plan.certs[0] = NULL;
    plan.responder = world.same_ca;
    plan.by_key = true;
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "neither the issuer");
    plan.certs[0] = world.same_ca;
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "is a CA's");
    plan.singles[0].said = SAYS_REVOKED;
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "is a CA's");
}

/* The issuer signs, but names somebody else. */
static void test_wrong_id(void **state)
{
    struct ocsp_plan plan = plan_ocsp(&world);

    (void)state;
    plan.responder = world.other_ca;
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "neither the issuer");
    plan.by_key = true;
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "neither the issuer");
}

/* --- a delegate ------------------------------------------------------------------------------- */

static void test_delegate(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);
    struct ocsp_plan plan;

    (void)state;
    assert_delegate(&delegate, CERTIFICATE_GOOD, "");
    plan = plan_delegated(&world, &delegate);
    plan.singles[0].said = SAYS_REVOKED;
    assert_ocsp(&world, &plan, CERTIFICATE_REVOKED, "revoked since");
    plan.certs[1] = plan.certs[0];
    plan.certs[0] = world.ca;
    plan.certs[2] = world.other_ca;
    assert_ocsp(&world, &plan, CERTIFICATE_REVOKED, "revoked since");
    plan.certs[0] = NULL;
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "neither the issuer");
}

/* The first of two with that name does not serve, the second does. */
static void test_two_delegates(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);
    struct ocsp_plan plan = plan_delegated(&world, &delegate);

    (void)state;
    plan.certs[1] = plan.certs[0];
    delegate.purpose[0] = NULL;
    plan.certs[0] = make_cert(&delegate);
    assert_ocsp(&world, &plan, CERTIFICATE_GOOD, "");
}

static void test_delegate_with_the_issuers_name(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);

    (void)state;
    delegate.name = "ca";
    assert_delegate(&delegate, CERTIFICATE_GOOD, "");
}

static void test_delegate_signature(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);
    struct ocsp_plan plan = plan_delegated(&world, &delegate);

    (void)state;
    plan.key = make_key(KEY_P256, 1);
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "by the responder's key");
    plan.key = make_key(KEY_P256, 0); /* the issuer's, not the one that is named */
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "by the responder's key");
}

static void test_purpose(void **state)
{
    static const char *const purposes[][2] = {
        {NULL, NULL},
        {"2.5.29.37.0", NULL},
        {GNUTLS_KP_TLS_WWW_SERVER, GNUTLS_KP_TIME_STAMPING},
        {"1.3.6.1.5.5.7.3.90", "1.3.6.1.5.5.7.3"},
    };
    struct cert_plan delegate = plan_delegate(&world);

    (void)state;
    for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
        delegate.purpose[0] = purposes[i][0];
        delegate.purpose[1] = purposes[i][1];
        assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "has no extendedKeyUsage OCSPSigning");
    }
    delegate.purpose[0] = GNUTLS_KP_TLS_WWW_SERVER;
    delegate.purpose[1] = GNUTLS_KP_OCSP_SIGNING;
    assert_delegate(&delegate, CERTIFICATE_GOOD, "");
}

static void test_key_usage(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);

    (void)state;
    delegate.usage = 0;
    assert_delegate(&delegate, CERTIFICATE_GOOD, "");
    delegate.usage = GNUTLS_KEY_NON_REPUDIATION | GNUTLS_KEY_KEY_AGREEMENT;
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "without digitalSignature");
}

static void test_ca_as_delegate(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);

    (void)state;
    delegate.ca = true;
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "is a CA's");
}

/* Only one without extensions can be of version 1. */
static void test_version(void **state)
{
    struct cert_plan delegate = {.name = "responder",
                                 .version = 1,
                                 .key = make_key(KEY_P256, 2),
                                 .issuer = world.ca,
                                 .issuer_key = make_key(KEY_P256, 0)};

    (void)state;
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "is not X.509 version 3");
}

static void test_dates(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);

    (void)state;
    delegate.begin = NOW;
    delegate.end = NOW;
    assert_delegate(&delegate, CERTIFICATE_GOOD, "");
    delegate.begin = NOW + 1;
    delegate.end = END;
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "is not valid yet");
    delegate.begin = BEGIN;
    delegate.end = NOW - 1;
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "has expired");
}

static void test_sibling_ca(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);

    (void)state;
    delegate.issuer = world.other_ca;
    delegate.issuer_key = make_key(KEY_P256, 1);
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "was issued by another CA");
    delegate.issuer = world.same_ca;
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "by the issuer's key");
    delegate.issuer = world.other_ca; /* only the signature is the issuer's */
    delegate.issuer_key = make_key(KEY_P256, 0);
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "was issued by another CA");
}

/* Issued by a CA that the issuer made, and by itself. */
static void test_not_directly(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);

    (void)state;
    delegate.issuer = make_ca("below", 1, world.ca, 0);
    delegate.issuer_key = make_key(KEY_P256, 1);
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "was issued by another CA");
    delegate.issuer = NULL;
    delegate.issuer_key = NULL;
    delegate.name = "ca";
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "by the issuer's key");
}

static void test_no_check(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);

    (void)state;
    delegate.extensions[0].oid = NULL;
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "has no id-pkix-ocsp-nocheck");
}

/* RFC 5280 section 4.2.1.1 */
static void test_authority(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);

    (void)state;
    delegate.extensions[1] =
        (struct extension_plan){"2.5.29.35", BYTES("\x30\x03\x82\x01\x01"), false};
    assert_delegate(&delegate, CERTIFICATE_GOOD, "");
    delegate.extensions[1].value = BYTES("\x30\x03\x82\x01\x02");
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "has an authorityKeyIdentifier of another");
    delegate.extensions[1].value = BYTES("\x30\x03\x82\x02\x01");
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "has an authorityKeyIdentifier of another");
}

/* A certificate in question does not answer for itself, whatever it may sign. */
static void test_itself(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);

    (void)state;
    delegate.serial = "leaf";
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "is the one in question");
}

static void test_critical_extension(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);

    (void)state;
    delegate.extensions[1] = (struct extension_plan){"1.2.3.4", BYTES("\x05\x00"), false};
    assert_delegate(&delegate, CERTIFICATE_GOOD, "");
    delegate.extensions[1].critical = true;
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN,
                    "the responder's certificate 0: critical extension 1.2.3.4 is unknown");
}

static void test_weak_delegates(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);
    struct ocsp_plan plan;

    (void)state;
    delegate.digest = GNUTLS_DIG_SHA1;
    assert_delegate(&delegate, CERTIFICATE_UNKNOWN, "certificate, by the issuer's key: expected");
    delegate.digest = 0;
    delegate.key = make_key(KEY_RSA_1024, 0);
    plan = plan_delegated(&world, &delegate);
    plan.sign = GNUTLS_SIGN_RSA_SHA256;
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "the responder's certificate 0: ");
}

/* --- certs ------------------------------------------------------------------------------------ */

static void test_count(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);
    struct ocsp_plan plan = plan_delegated(&world, &delegate);

    (void)state;
    plan.certs[7] = plan.certs[0];
    for (size_t i = 0; i < 7; i++)
        plan.certs[i] = world.other_ca;
    assert_ocsp(&world, &plan, CERTIFICATE_GOOD, "");
    plan.certs[8] = world.other_ca;
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "at most 8 certificates, found 9");
}

static void test_malformed_certs(void **state)
{
    struct cert_plan delegate = plan_delegate(&world);
    struct ocsp_plan plan = plan_delegated(&world, &delegate);

    (void)state;
    plan.in_certs = BYTES("\x30\x00");
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "a certificate is malformed");
    plan.in_certs = BYTES("\x05\x00");
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "a certificate is malformed");
    plan.in_certs = BYTES("\x30");
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "a certificate is malformed");
    plan = plan_ocsp(&world); /* though nothing of them is needed */
    plan.in_certs = BYTES("\x30\x00");
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "a certificate is malformed");
}

static int setup(void **state)
{
    (void)state;
    world = make_ocsp_world();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    make_free_all();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_issuer),
        cmocka_unit_test(test_issuer_with_another_key),
        cmocka_unit_test(test_wrong_id),
        cmocka_unit_test(test_delegate),
        cmocka_unit_test(test_two_delegates),
        cmocka_unit_test(test_delegate_with_the_issuers_name),
        cmocka_unit_test(test_delegate_signature),
        cmocka_unit_test(test_purpose),
        cmocka_unit_test(test_key_usage),
        cmocka_unit_test(test_ca_as_delegate),
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_sibling_ca),
        cmocka_unit_test(test_not_directly),
        cmocka_unit_test(test_no_check),
        cmocka_unit_test(test_itself),
        cmocka_unit_test(test_authority),
        cmocka_unit_test(test_critical_extension),
        cmocka_unit_test(test_weak_delegates),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_malformed_certs),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
