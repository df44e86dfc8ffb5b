/* SPDX-License-Identifier: BSD-3-Clause */
/* Who signed a CRL, and for which certificates. */
#include "ask-crl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define SERIAL_OF_ROOT BYTES("\x01")
#define SUBJECT_KEY "2.5.29.14"
#define AUTHORITY BYTES("\x55\x1d\x23")
#define NUMBER BYTES("\x55\x1d\x14")
#define DELTA BYTES("\x55\x1d\x1b")
#define FRESHEST BYTES("\x55\x1d\x2e")
#define ISSUER_NAMES BYTES("\x55\x1d\x12")
#define UNKNOWN_OID BYTES("\x2a\x03\x04")
#define ANY BYTES("\x05\x00")

static void set_extension(struct crl_plan *plan, struct span oid, struct span value)
{
    plan->extensions = make_extension(oid, true, value);
}

/* Its key signs the list; the signer is made anew under it. */
static struct evidence ask_under(const struct cert_plan *issuer_plan, struct crl_plan *plan)
{
    gnutls_x509_crt_t issuer = make_cert(issuer_plan), cert;
    struct cert_plan cert_plan = plan_signer(make_key(KEY_P256, 1), issuer, 0);

    cert_plan.issuer_key = issuer_plan->key;
    cert_plan.serial = "\x12\x34";
    cert_plan.digest = issuer_plan->digest;
    cert = make_cert(&cert_plan);
    plan->issuer = issuer;
    plan->key = plan->key ? plan->key : issuer_plan->key;
    return ask(make_crl(plan), cert, issuer, NOW);
}

static void assert_under(const struct cert_plan *issuer, struct crl_plan plan,
                         enum certificate_status status, const char *detail)
{
    struct evidence evidence = ask_under(issuer, &plan);

    if (evidence.status != status || !strstr(evidence.detail, detail))
        fail_msg("expected status %d and \"%s\", found %d and \"%s\"", (int)status, detail,
                 (int)evidence.status, evidence.detail);
}

static struct cert_plan plan_issuer(enum key_kind kind)
{
    return (struct cert_plan){.name = "issuer",
                              .key = make_key(kind, 0),
                              .ca = true,
                              .usage = GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN};
}

/* --- signature -------------------------------------------------------------------------------- */

static void test_algorithms(void **state)
{
    static const struct {
        enum key_kind kind;
        gnutls_sign_algorithm_t sign;
    } rows[] = {{KEY_P256, GNUTLS_SIGN_ECDSA_SHA256},     {KEY_P384, GNUTLS_SIGN_ECDSA_SHA384},
                {KEY_P521, GNUTLS_SIGN_ECDSA_SHA512},     {KEY_RSA, GNUTLS_SIGN_RSA_SHA256},
                {KEY_RSA, GNUTLS_SIGN_RSA_PSS_SHA256},    {KEY_RSA_PSS, GNUTLS_SIGN_RSA_PSS_SHA256},
                {KEY_ED25519, GNUTLS_SIGN_EDDSA_ED25519}, {KEY_ED448, GNUTLS_SIGN_EDDSA_ED448}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cert_plan issuer = plan_issuer(rows[i].kind);
        struct crl_plan plan = {.sign = rows[i].sign, .entries = ask_entries(NONE)};

        issuer.digest = gnutls_sign_get_hash_algorithm(rows[i].sign);
        if (rows[i].kind == KEY_RSA && rows[i].sign == GNUTLS_SIGN_RSA_PSS_SHA256)
            plan.sign = GNUTLS_SIGN_RSA_PSS_RSAE_SHA256;
        assert_under(&issuer, plan, CERTIFICATE_GOOD, "");
        plan.entries = ask_entries(make_entry_for(SERIAL, 1));
        assert_under(&issuer, plan, CERTIFICATE_REVOKED, "keyCompromise");
        plan.key = make_key(rows[i].kind, 1);
        assert_under(&issuer, plan, CERTIFICATE_UNKNOWN, "verification has failed");
    }
}

/* RFC 9155 section 3 */
static void test_weak_algorithms(void **state)
{
    static const gnutls_sign_algorithm_t weak[] = {GNUTLS_SIGN_RSA_SHA1, GNUTLS_SIGN_RSA_MD5};
    struct crl_plan plan = ask_plan();

    (void)state;
    plan.sign = GNUTLS_SIGN_ECDSA_SHA1;
    assert_unknown(&plan, "expected a signature with SHA-2 or EdDSA");
    for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
        struct cert_plan issuer = plan_issuer(KEY_RSA);

        plan = (struct crl_plan){.sign = weak[i]};
        assert_under(&issuer, plan, CERTIFICATE_UNKNOWN,
                     "expected a signature with SHA-2 or EdDSA");
    }
}

/* RFC 5280 section 5.1.1.2, parameters as well */
static void test_two_algorithms(void **state)
{
    const char *detail = "expected the same algorithm";
    struct span with_null = BYTES("\x30\x0c\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02\x05\x00");
    struct crl_plan plan = ask_plan();

    (void)state;
    plan.inner = with_null;
    assert_unknown(&plan, detail);
    plan = ask_plan();
    plan.outer = with_null;
    assert_unknown(&plan, detail);
    plan.outer = BYTES("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03");
    assert_unknown(&plan, detail);
    plan.inner = plan.outer;
    assert_unknown(&plan, "verification has failed");
    plan.inner = plan.outer = BYTES("\x30\x00");
    assert_unknown(&plan, detail);
}

/* RFC 5280 section 6.3.3 (g): by the issuer of the path, and nobody of the same name */
static void test_foreign_key(void **state)
{
    struct crl_plan plan = ask_plan();

    (void)state;
    plan.key = make_key(KEY_P256, 1);
    assert_unknown(&plan, "verification has failed");
    plan.entries = ask_entries(make_entry_for(SERIAL, 1));
    assert_unknown(&plan, "verification has failed");
}

/* --- issuer ----------------------------------------------------------------------------------- */

static void test_name(void **state)
{
    struct crl_plan plan = ask_plan();
    gnutls_x509_crt_t other = make_ca("other", 0, NULL, 0);
    struct evidence evidence;

    (void)state;
    plan.issuer = other; /* another name, the same key */
    assert_unknown(&plan, "expected the name of the certificate's issuer");
    evidence = ask(make_crl(&plan), ask_signer(), other, NOW);
    assert_int_equal(evidence.status, CERTIFICATE_UNKNOWN);
    assert_non_null(strstr(evidence.detail, "expected the name of the certificate's issuer"));
}

static void test_key_usage(void **state)
{
    struct cert_plan issuer = plan_issuer(KEY_P256);
    struct crl_plan plan = {.entries = NONE};

    (void)state;
    assert_under(&issuer, plan, CERTIFICATE_GOOD, "");
    issuer.usage = GNUTLS_KEY_CRL_SIGN;
    assert_under(&issuer, plan, CERTIFICATE_GOOD, "");
    issuer.usage = 0;
    assert_under(&issuer, plan, CERTIFICATE_GOOD, "");
    issuer.usage = GNUTLS_KEY_KEY_CERT_SIGN;
    assert_under(&issuer, plan, CERTIFICATE_UNKNOWN, "has no cRLSign");
}

static void test_authority(void **state)
{
    struct crl_plan plan = ask_plan();
    struct span root = ask_directory(ask_root()),
                other = ask_directory(make_ca("other", 0, NULL, 0));
    struct span serial = DER(0x82, SERIAL_OF_ROOT);
    const struct {
        struct span value;
        bool same;
    } rows[] = {
        {DER(0x30, NONE), true},
        {DER(0x30, DER(0x80, BYTES("any"))), true}, /* the root names no identifier */
        {DER(0x30, DER(0xa1, root), serial), true},
        {DER(0x30, DER(0xa1, DER(0x86, BYTES("u")), root), serial), true},
        {DER(0x30, DER(0x80, BYTES("any")), DER(0xa1, root), serial), true},
        {DER(0x30, DER(0xa1, root), DER(0x82, BYTES("\x02"))), false},
        {DER(0x30, DER(0xa1, other), serial), false},
        {DER(0x30, DER(0xa1, NONE), serial), false},
        {DER(0x30, serial, DER(0xa1, root)), false},
        {DER(0x30, DER(0x83, NONE)), false},
        {DER(0x31, NONE), false},
        {NONE, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        set_extension(&plan, AUTHORITY, rows[i].value);
        if (rows[i].same) {
            assert_good(&plan);
            continue;
        }
        assert_unknown(&plan, "authorityKeyIdentifier is not of the issuer's");
        plan.entries = ask_entries(make_entry(SERIAL, NONE));
        assert_revoked(&plan, "");
        plan.entries = span_of(NULL, 0);
    }
}

static void test_authority_key(void **state)
{
    struct cert_plan issuer = plan_issuer(KEY_P256);
    struct crl_plan plan = {.entries = NONE};

    (void)state;
    issuer.extensions[0] = (struct extension_plan){SUBJECT_KEY, BYTES("\x04\x02hi"), false};
    assert_under(&issuer, plan, CERTIFICATE_GOOD, "");
    set_extension(&plan, AUTHORITY, DER(0x30, DER(0x80, BYTES("hi"))));
    assert_under(&issuer, plan, CERTIFICATE_GOOD, "");
    set_extension(&plan, AUTHORITY, DER(0x30, DER(0x80, BYTES("ho"))));
    assert_under(&issuer, plan, CERTIFICATE_UNKNOWN, "authorityKeyIdentifier");
    set_extension(&plan, AUTHORITY, DER(0x30, DER(0x80, BYTES("hi!"))));
    assert_under(&issuer, plan, CERTIFICATE_UNKNOWN, "authorityKeyIdentifier");
}

/* --- extensions ------------------------------------------------------------------------------- */

static void test_extensions(void **state)
{
    struct crl_plan plan = ask_plan();

    (void)state;
    plan.extensions = make_extension(UNKNOWN_OID, false, ANY);
    assert_good(&plan);
    plan.extensions = make_extension(FRESHEST, false, ANY);
    assert_good(&plan);
    set_extension(&plan, ISSUER_NAMES, ANY);
    assert_good(&plan);
    set_extension(&plan, NUMBER, BYTES("\x02\x01\x05"));
    assert_good(&plan);
    set_extension(&plan, UNKNOWN_OID, ANY);
    assert_unknown(&plan, "it has a critical extension that is not known");
    set_extension(&plan, FRESHEST, ANY);
    assert_unknown(&plan, "it has a critical extension that is not known");
    plan.entries = ask_entries(make_entry_for(SERIAL, 1));
    assert_revoked(&plan, "keyCompromise");
}

static void test_delta(void **state)
{
    struct crl_plan plan = ask_plan();

    (void)state;
    set_extension(&plan, DELTA, BYTES("\x02\x01\x05"));
    assert_unknown(&plan, "found a delta CRL");
    plan.extensions = make_extension(DELTA, false, BYTES("\x02\x01\x05"));
    assert_unknown(&plan, "found a delta CRL");
    plan.entries = ask_entries(make_entry_for(SERIAL, 8));
    assert_unknown(&plan, "removeFromCRL");
    plan.entries = ask_entries(make_entry_for(SERIAL, 1));
    assert_revoked(&plan, "keyCompromise");
}

static void test_extension_form(void **state)
{
    struct span number = make_extension(NUMBER, false, BYTES("\x02\x01\x05"));
    struct span twice = DER(0x30, number, make_extension(UNKNOWN_OID, false, ANY), number);
    const struct span rows[] = {
        BYTES("\xa0\x00"),
        BYTES("\xa0\x02\x30\x00"),
        DER(0xa1, DER(0x30, number)),
        DER(0xa0, DER(0x31, number)),
        DER(0xa0, DER(0x30, number), ANY),
        DER(0xa0, twice),
        DER(0xa0, DER(0x30, DER(0x30, DER(0x06, NONE), DER(0x04, ANY)))),
        DER(0xa0, DER(0x30, DER(0x30, DER(0x06, NUMBER)))),
        DER(0xa0, DER(0x30, DER(0x30, DER(0x06, NUMBER), DER(0x04, ANY), ANY))),
        DER(0xa0, DER(0x30, DER(0x30, DER(0x06, NUMBER), BYTES("\1\1\0"), DER(0x04, ANY)))),
        DER(0xa0, DER(0x30, DER(0x30, DER(0x06, NUMBER), BYTES("\1\1\1"), DER(0x04, ANY)))),
        DER(0xa0, DER(0x30, DER(0x30, DER(0x06, NUMBER), BYTES("\1\0"), DER(0x04, ANY)))),
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct crl_plan plan = ask_plan();

        plan.tagged = rows[i];
        assert_unknown(&plan, "expected extensions, each once");
    }
}

/* RFC 8725 section 3.11: bounded work */
static void test_many_extensions(void **state)
{
    struct crl_plan plan = ask_plan();

    (void)state;
    for (unsigned char i = 0; i < 33; i++) {
        struct span next = make_extension(span_of(&i, 1), false, ANY);
        struct span all = DER(0x04, plan.extensions.ptr ? plan.extensions : NONE, next);

        plan.extensions = span_of(all.ptr + all.len - plan.extensions.len - next.len,
                                  plan.extensions.len + next.len);
        if (i < 32)
            assert_good(&plan);
        else
            assert_unknown(&plan, "expected extensions, each once");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_algorithms),     cmocka_unit_test(test_weak_algorithms),
        cmocka_unit_test(test_two_algorithms), cmocka_unit_test(test_foreign_key),
        cmocka_unit_test(test_name),           cmocka_unit_test(test_key_usage),
        cmocka_unit_test(test_authority),      cmocka_unit_test(test_authority_key),
        cmocka_unit_test(test_extensions),     cmocka_unit_test(test_delta),
        cmocka_unit_test(test_extension_form), cmocka_unit_test(test_many_extensions),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_crl_free_all();
    make_free_all();
    return failed;
}
