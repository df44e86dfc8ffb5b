/* SPDX-License-Identifier: BSD-3-Clause */
/* Form, dates and entries; crl-scope-test.c has who signed, and for whom. */
#include "ask-crl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define REASON BYTES("\x55\x1d\x15")
#define UNKNOWN_OID BYTES("\x2a\x03\x04")

static void test_good(void **state)
{
    struct crl_plan plan = ask_plan();
    struct evidence evidence;

    (void)state;
    assert_good(&plan);
    evidence = ask(make_crl(&plan), ask_signer(), ask_root(), NOW);
    assert_int_equal(evidence.this_update, THIS);
    assert_int_equal(evidence.next_update, NEXT);
    plan.entries = NONE;
    assert_good(&plan);
    plan.tagged = DER(0x30, NONE); /* RFC 5280 section 5.1.2.6 wants no list, but it says as much */
    assert_good(&plan);
}

static void test_version(void **state)
{
    struct crl_plan plan = ask_plan();

    (void)state;
    plan.version = NONE;
    assert_unknown(&plan, "in version 2 only"); /* crlEntryExtensions */
    plan.entries = make_entry(BYTES("\x77"), NONE);
    assert_good(&plan);
    plan.entries = make_entry(SERIAL, NONE);
    assert_revoked(&plan, "revoked since 2026-04-01T00:00:00Z (no reason given)");
    plan.entries = NONE;
    plan.extensions = make_extension(BYTES("\x55\x1d\x14"), false, BYTES("\x02\x01\x05"));
    assert_unknown(&plan, "in version 2 only");
    plan = ask_plan();
    plan.version = BYTES("\x02\x01\x00");
    assert_unknown(&plan, "expected version 2");
    plan.version = BYTES("\x02\x01\x02");
    assert_unknown(&plan, "expected version 2");
    plan.version = BYTES("\x02\x02\x00\x01");
    assert_unknown(&plan, "expected version 2");
}

static void test_trailing(void **state)
{
    struct crl_plan plan = ask_plan();

    (void)state;
    plan.behind = BYTES("\x00");
    assert_unknown(&plan, "expected its end, found 1 bytes more");
    plan.behind = NONE;
    plan.after = BYTES("\x05\x00");
    assert_unknown(&plan, "expected tbsCertList, algorithm and signature");
    plan.after = NONE;
    plan.inside = BYTES("\x05\x00");
    assert_unknown(&plan, "the end of tbsCertList");
}

/* Nothing that is cut, and nothing that is changed, is good or revoked. */
static void test_cut_and_changed(void **state)
{
    struct crl_plan plan = ask_plan();
    unsigned char changed[2048];
    struct span der;

    (void)state;
    plan.entries = ask_entries(make_entry_for(SERIAL, 1));
    plan.extensions = make_extension(BYTES("\x55\x1d\x14"), false, BYTES("\x02\x01\x05"));
    der = make_crl(&plan);
    assert_in_range(der.len, 1, sizeof(changed));
    for (size_t i = 0; i < der.len; i++) {
        struct evidence evidence = ask(span_of(der.ptr, i), ask_signer(), ask_root(), NOW);

        assert_int_equal(evidence.status, CERTIFICATE_UNKNOWN);
        assert_int_equal(evidence.this_update, 0);
        memcpy(changed, der.ptr, der.len);
        changed[i] ^= 0x01;
        evidence = ask(span_of(changed, der.len), ask_signer(), ask_root(), NOW);
        assert_int_equal(evidence.status, CERTIFICATE_UNKNOWN);
        assert_int_equal(evidence.this_update, 0);
        assert_string_not_equal(evidence.detail, "");
    }
}

/* --- dates ------------------------------------------------------------------------------------ */

static void test_current(void **state)
{
    struct crl_plan plan = ask_plan();
    gnutls_x509_crt_t signer = ask_signer();

    (void)state;
    assert_says(&plan, signer, THIS - LEEWAY, CERTIFICATE_GOOD, "");
    assert_says(&plan, signer, THIS - LEEWAY - 1, CERTIFICATE_UNKNOWN,
                "thisUpdate is 2026-05-01T00:00:00Z, now is 2026-04-30T23:58:59Z: not yet valid");
    assert_says(&plan, signer, NEXT + LEEWAY - 1, CERTIFICATE_GOOD, "");
    assert_says(&plan, signer, NEXT + LEEWAY, CERTIFICATE_UNKNOWN,
                "nextUpdate was 2026-07-01T00:00:00Z, now is 2026-07-01T00:01:00Z: expired");
    plan.next_update = NONE;
    assert_unknown(&plan, "expected nextUpdate, found none");
    plan.next_update = make_time("99991231235959Z");
    assert_good(&plan);
    plan.next_update = make_time("260430235959Z");
    assert_says(&plan, signer, THIS - 1, CERTIFICATE_UNKNOWN,
                "nextUpdate 2026-04-30T23:59:59Z is before thisUpdate 2026-05-01T00:00:00Z");
}

static void test_stays_revoked(void **state)
{
    struct crl_plan plan = ask_plan();
    gnutls_x509_crt_t signer = ask_signer();
    const char *detail = "revoked since 2026-04-01T00:00:00Z (keyCompromise)";

    (void)state;
    plan.entries = ask_entries(make_entry_for(SERIAL, 1));
    assert_says(&plan, signer, NOW, CERTIFICATE_REVOKED, detail);
    assert_says(&plan, signer, NEXT + LEEWAY, CERTIFICATE_REVOKED, detail);
    assert_says(&plan, signer, END, CERTIFICATE_REVOKED, detail);
    assert_says(&plan, signer, BEGIN, CERTIFICATE_REVOKED, detail);
    plan.next_update = NONE;
    assert_says(&plan, signer, NOW, CERTIFICATE_REVOKED, detail);
    plan.entries = DER(0x30, DER(0x02, SERIAL), make_time("20990101000000Z"));
    assert_revoked(&plan, "revoked since 2099-01-01T00:00:00Z (no reason given)");
}

static void test_hold(void **state)
{
    struct crl_plan plan = ask_plan();
    gnutls_x509_crt_t signer = ask_signer();
    const char *old = "listed with certificateHold, which decides nothing in an old list";
    const char *removed = "listed with removeFromCRL, which decides nothing in this list";

    (void)state;
    plan.entries = ask_entries(make_entry_for(SERIAL, 6));
    assert_revoked(&plan, "(certificateHold)");
    assert_says(&plan, signer, THIS - LEEWAY, CERTIFICATE_REVOKED, "(certificateHold)");
    assert_says(&plan, signer, NEXT + LEEWAY - 1, CERTIFICATE_REVOKED, "(certificateHold)");
    assert_says(&plan, signer, NEXT + LEEWAY, CERTIFICATE_UNKNOWN, old);
    assert_says(&plan, signer, THIS - LEEWAY - 1, CERTIFICATE_UNKNOWN, old);
    plan.next_update = NONE;
    assert_unknown(&plan, old);
    plan.next_update = make_time(CRL_NEXT);
    plan.entries = ask_entries(make_entry_for(SERIAL, 8));
    assert_unknown(&plan, removed);
    assert_says(&plan, signer, NEXT + LEEWAY, CERTIFICATE_UNKNOWN, removed);
}

static void test_time_form(void **state)
{
    static const char *const bad[] = {
        "2605010000Z",   "260501000000",      "2605010000000",        "260501000000+0000",
        "260501000060Z", "260501006000Z",     "260501240000Z",        "260532000000Z",
        "260431000000Z", "260229000000Z",     "261301000000Z",        "260001000000Z",
        "260500000000Z", "2x0501000000Z",     "20260501000000.0Z",    "20260501000000+0000",
        "202605010000Z", "20260501000000.5Z", "20260501000000-0100Z", "26 501000000Z"};
    static const char *const good[] = {"260501000000Z", "20260501000000Z", "240229235959Z",
                                       "500101000000Z", "19700102000000Z", "700102000000Z",
                                       "991231235959Z", "000101000000Z",   "00000101000000Z"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct crl_plan plan = ask_plan();

        plan.this_update = make_time(bad[i]);
        assert_unknown(&plan, "expected thisUpdate");
        plan.this_update = DER(0x17, span_text(bad[i]));
        assert_unknown(&plan, "expected thisUpdate");
        plan = ask_plan();
        plan.next_update = make_time(bad[i]);
        assert_unknown(&plan, "expected thisUpdate");
    }
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct crl_plan plan = ask_plan();

        plan.this_update = make_time(good[i]);
        assert_good(&plan);
    }
}

static void test_time_value(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } rows[] = {{"500101000000Z", INT64_C(-631152000)},
                {"491231235959Z", INT64_C(2524607999)},
                {"000229120000Z", INT64_C(951825600)},
                {"19000301000000Z", INT64_C(-2203891200)},
                {"20500101000000Z", INT64_C(2524608000)}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct crl_plan plan = ask_plan();

        plan.this_update = make_time(rows[i].text);
        assert_int_equal(ask(make_crl(&plan), ask_signer(), ask_root(), NOW).this_update,
                         rows[i].seconds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),       cmocka_unit_test(test_version),
        cmocka_unit_test(test_trailing),   cmocka_unit_test(test_cut_and_changed),
        cmocka_unit_test(test_current),    cmocka_unit_test(test_stays_revoked),
        cmocka_unit_test(test_hold),       cmocka_unit_test(test_time_form),
        cmocka_unit_test(test_time_value),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_crl_free_all();
    make_free_all();
    return failed;
}
