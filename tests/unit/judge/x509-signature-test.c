/* SPDX-License-Identifier: BSD-3-Clause */
/* With what it is signed. */
#include "../../../lib/x509-signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-ocsp.h"

#define BYTES(literal) span_of(literal, sizeof(literal) - 1)

static struct ocsp_world world;

#define RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01"
#define SHA(last) "\x60\x86\x48\x01\x65\x03\x04\x02" last
#define PSS(hash, mask, salt)                                                                      \
    "\x30\x41\x06\x09" RSA "\x0a\x30\x34\xa0\x0f\x30\x0d\x06\x09" SHA(                             \
        hash) "\x05\x00\xa1\x1c\x30"                                                               \
              "\x1a\x06\x09" RSA "\x08\x30\x0d\x06\x09" SHA(mask) "\x05\x00\xa2\x03\x02\x01" salt

static struct ocsp_plan plan_signed(enum key_kind kind, gnutls_sign_algorithm_t sign)
{
    struct cert_plan delegate = plan_delegate(&world);
    struct ocsp_plan plan;

    delegate.key = make_key(kind, 0);
    plan = plan_delegated(&world, &delegate);
    plan.sign = sign;
    return plan;
}

static void test_algorithms(void **state)
{
    static const struct {
        enum key_kind kind;
        gnutls_sign_algorithm_t sign;
    } good[] = {
        {KEY_P256, GNUTLS_SIGN_ECDSA_SHA256}, {KEY_P256, GNUTLS_SIGN_ECDSA_SHA512},
        {KEY_P384, GNUTLS_SIGN_ECDSA_SHA384}, {KEY_P521, GNUTLS_SIGN_ECDSA_SHA512},
        {KEY_RSA, GNUTLS_SIGN_RSA_SHA256},    {KEY_RSA, GNUTLS_SIGN_RSA_SHA384},
        {KEY_RSA, GNUTLS_SIGN_RSA_SHA512},    {KEY_ED25519, GNUTLS_SIGN_EDDSA_ED25519},
        {KEY_ED448, GNUTLS_SIGN_EDDSA_ED448},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct ocsp_plan plan = plan_signed(good[i].kind, good[i].sign);

        assert_ocsp(&world, &plan, CERTIFICATE_GOOD, "");
        plan.produced_at = AT_NOW; /* not what was signed */
        plan.algorithm = BYTES("\x30\x05\x06\x03\x2b\x65\x6f");
        assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "expected a signature with SHA-2");
    }
}

/* RFC 8410 section 3, RFC 5758 section 3.2, RFC 4055 section 5 */
static void test_parameters(void **state)
{
    struct ocsp_plan plan = plan_signed(KEY_RSA, GNUTLS_SIGN_RSA_SHA256);

    (void)state;
    plan.algorithm = BYTES("\x30\x0b\x06\x09" RSA "\x0b");
    assert_ocsp(&world, &plan, CERTIFICATE_GOOD, "");
    plan.algorithm = BYTES("\x30\x0d\x06\x09" RSA "\x0b\x30\x00");
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "expected a signature with SHA-2");
    plan.algorithm = BYTES("\x30\x0f\x06\x09" RSA "\x0b\x05\x00\x05\x00");
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "the signature is missing or malformed");
    plan = plan_signed(KEY_P256, GNUTLS_SIGN_ECDSA_SHA256);
    plan.algorithm = BYTES("\x30\x0c\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02\x05\x00");
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "expected a signature with SHA-2");
}

static void test_sha1(void **state)
{
    struct ocsp_plan plan = plan_signed(KEY_RSA, GNUTLS_SIGN_RSA_SHA1);

    (void)state;
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "expected a signature with SHA-2");
    plan = plan_ocsp(&world);
    plan.sign = GNUTLS_SIGN_ECDSA_SHA1;
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "expected a signature with SHA-2");
    plan.singles[0].said = SAYS_REVOKED;
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "expected a signature with SHA-2");
}

/* Signed with one, labelled as another. */
static void test_wrong_label(void **state)
{
    struct ocsp_plan plan = plan_ocsp(&world);

    (void)state;
    plan.algorithm = BYTES("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03");
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "ECDSA-SHA384");
    plan.algorithm = BYTES("\x30\x0d\x06\x09" RSA "\x0b\x05\x00");
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "RSA-SHA256");
}

static void test_pss(void **state)
{
    static const char *const wrong[] = {
        PSS("\1", "\1", "\x1f"), PSS("\1", "\1", "\x21"), PSS("\1", "\2", "\x20"),
        PSS("\2", "\1", "\x20"), PSS("\4", "\4", "\x1c"), PSS("\2", "\2", "\x30"),
    };
    struct ocsp_plan plan = plan_signed(KEY_RSA, GNUTLS_SIGN_RSA_PSS_SHA256);

    (void)state;
    plan.algorithm = BYTES(PSS("\1", "\1", "\x20"));
    assert_ocsp(&world, &plan, CERTIFICATE_GOOD, "");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        plan.algorithm = span_of(wrong[i], 67);
        assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "OCSP response: by the responder's key");
    }
    plan.algorithm = BYTES("\x30\x0b\x06\x09" RSA "\x0a"); /* SHA-1 by default */
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "expected a signature with SHA-2");
    plan.algorithm = BYTES("\x30\x0d\x06\x09" RSA "\x0a\x30\x00");
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "expected a signature with SHA-2");
    plan = plan_signed(KEY_RSA, GNUTLS_SIGN_RSA_PSS_SHA512);
    plan.algorithm = BYTES(PSS("\3", "\3", "\x40"));
    assert_ocsp(&world, &plan, CERTIFICATE_GOOD, "");
    plan = plan_signed(KEY_RSA, GNUTLS_SIGN_RSA_PSS_SHA384);
    plan.algorithm = BYTES(PSS("\2", "\2", "\x30"));
    assert_ocsp(&world, &plan, CERTIFICATE_GOOD, "");
}

/* nettle does not look at the last octet of S. */
static void test_ed448(void **state)
{
    struct ocsp_plan plan = plan_signed(KEY_ED448, GNUTLS_SIGN_EDDSA_ED448);
    struct span der;
    unsigned char *last;

    (void)state;
    plan.certs[0] = NULL;
    plan.responder = world.ca;
    der = make_ocsp(&plan);
    last = (unsigned char *)der.ptr + der.len - 1;
    assert_int_equal(*last, 0);
    *last = 1;
    assert_ocsp_bytes(&world, der, CERTIFICATE_UNKNOWN, "S is not in canonical form");
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
        cmocka_unit_test(test_algorithms), cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_sha1),       cmocka_unit_test(test_wrong_label),
        cmocka_unit_test(test_pss),        cmocka_unit_test(test_ed448),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
