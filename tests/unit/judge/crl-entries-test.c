/* SPDX-License-Identifier: BSD-3-Clause */
/* The entries of a CRL: which is the certificate's, and what it says. */
#include "ask-crl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define REASON BYTES("\x55\x1d\x15")
#define UNKNOWN_OID BYTES("\x2a\x03\x04")

static void test_serial(void **state)
{
    static const struct {
        struct span serial;
        bool same;
    } rows[] = {{{(const unsigned char *)"\x12\x34", 2}, true},
                {{(const unsigned char *)"\x00\x12\x34", 3}, true},
                {{(const unsigned char *)"\x12\x35", 2}, false},
                {{(const unsigned char *)"\x12", 1}, false},
                {{(const unsigned char *)"\x34", 1}, false},
                {{(const unsigned char *)"\x12\x34\x00", 3}, false},
                {{(const unsigned char *)"\x01\x12\x34", 3}, false}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct crl_plan plan = ask_plan();

        plan.entries = ask_entries(make_entry(rows[i].serial, NONE));
        if (rows[i].same)
            assert_revoked(&plan, "(no reason given)");
        else
            assert_good(&plan);
    }
}

/* RFC 5280 section 4.1.2.2: such numbers occur, and none is another one's double. */
static void test_negative_serial(void **state)
{
    struct cert_plan negative = plan_signer(make_key(KEY_P256, 1), ask_root(), 0);
    static const struct {
        struct span serial;
        bool same;
    } rows[] = {{{(const unsigned char *)"\xf0", 1}, true},
                {{(const unsigned char *)"\xff\xf0", 2}, true},
                {{(const unsigned char *)"\xff\xff\xf0", 3}, true},
                {{(const unsigned char *)"\x00\xf0", 2}, false},
                {{(const unsigned char *)"\xff\x70", 2}, false},
                {{(const unsigned char *)"\xff", 1}, false}};

    (void)state;
    negative.serial = "\xf0";
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct crl_plan plan = ask_plan();

        plan.entries = ask_entries(make_entry(rows[i].serial, NONE));
        assert_says(&plan, make_cert(&negative), NOW,
                    rows[i].same ? CERTIFICATE_REVOKED : CERTIFICATE_GOOD, "");
    }
}

static void test_reasons(void **state)
{
    struct crl_plan plan = ask_plan();

    (void)state;
    for (unsigned reason = 0; reason < 256; reason++) {
        plan.entries = make_entry_for(SERIAL, (unsigned char)reason);
        if (reason == 8)
            assert_unknown(&plan, "removeFromCRL");
        else
            assert_revoked(&plan, reason == 7 || reason > 10 ? "(an unknown reason)" : "");
    }
    plan.entries = make_entry(SERIAL, make_extension(REASON, true, BYTES("\x0a\x01\x04")));
    assert_revoked(&plan, "(superseded)");
}

/* The worst of several entries of one certificate counts, whatever their order. */
static void test_several(void **state)
{
    static const unsigned char reasons[][3] = {{8, 6, 1}, {1, 6, 8}, {6, 1, 8}, {8, 1, 6}};
    struct crl_plan plan = ask_plan();

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct span all =
            DER(0x30, make_entry_for(SERIAL, reasons[i][0]), make_entry_for(SERIAL, reasons[i][1]),
                make_entry_for(SERIAL, reasons[i][2]));

        plan.entries = span_of(all.ptr + 2, all.len - 2);
        assert_revoked(&plan, "(keyCompromise)");
    }
}

static void test_entry_form(void **state)
{
    const char *form = "expected an entry with a serial number and a date";
    struct span date = make_time("260401000000Z");
    const struct {
        struct span entry;
        const char *detail;
    } rows[] = {
        {DER(0x31, DER(0x02, BYTES("\x55")), date), form},
        {DER(0x30, DER(0x02, NONE), date), form},
        {DER(0x30, DER(0x04, BYTES("\x55")), date), form},
        {DER(0x30, DER(0x02, BYTES("\x55"))), form},
        {DER(0x30, DER(0x02, BYTES("\x55")), DER(0x04, BYTES("260401000000Z"))), form},
        {DER(0x30, DER(0x02, BYTES("\x55")), DER(0x02, BYTES("\x05"))), form},
        {BYTES("\x30\x7f\x02\x01\x55"), form},
        {BYTES("\x30\x80\x00\x00"), form},
        {BYTES("\x30"), form},
        {DER(0x30, DER(0x02, BYTES("\x55")), date, DER(0x05, NONE)), "extensions of an entry"},
        {DER(0x30, DER(0x02, BYTES("\x55")), date, DER(0x30, NONE)), "extensions of an entry"},
        {DER(0x30, DER(0x02, BYTES("\x55")), date,
             DER(0x30, make_extension(UNKNOWN_OID, false, NONE)), BYTES("\x05\x00")),
         "extensions of an entry"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct crl_plan plan = ask_plan();

        plan.entries = ask_entries(rows[i].entry);
        assert_unknown(&plan, rows[i].detail);
    }
}

static struct span join(struct span first, struct span second)
{
    struct span both = DER(0x30, first, second);

    return span_of(both.ptr + 2, first.len + second.len);
}

static void test_entry_extensions(void **state)
{
    struct span reason = make_extension(REASON, false, BYTES("\x0a\x01\x01"));
    struct span strange = make_extension(UNKNOWN_OID, true, BYTES("\x05\x00"));
    struct span date = make_extension(BYTES("\x55\x1d\x18"), true, make_time("20260401000000Z"));
    struct span usual_date =
        make_extension(BYTES("\x55\x1d\x18"), false, make_time("20260401000000Z"));
    struct span issuer = make_extension(BYTES("\x55\x1d\x1d"), true, BYTES("\x30\x00"));
    struct crl_plan plan = ask_plan();

    (void)state;
    plan.entries = ask_entries(make_entry(BYTES("\x55"), strange));
    assert_unknown(&plan, "an entry has a critical extension that is not known");
    plan.entries = ask_entries(make_entry(SERIAL, strange));
    assert_revoked(&plan, "(no reason given)");
    plan.entries = ask_entries(
        make_entry(BYTES("\x55"), make_extension(UNKNOWN_OID, false, BYTES("\x05\x00"))));
    assert_good(&plan);
    plan.entries = ask_entries(make_entry(BYTES("\x55"), date));
    assert_good(&plan);
    plan.entries = make_entry(SERIAL, join(reason, usual_date));
    assert_revoked(&plan, "(keyCompromise)");
    plan.entries = make_entry(BYTES("\x55"), join(reason, usual_date));
    assert_good(&plan);
    plan.entries = make_entry(BYTES("\x55"), join(usual_date, reason));
    assert_good(&plan);
    plan.entries = make_entry(BYTES("\x55"), join(join(reason, usual_date), issuer));
    assert_unknown(&plan, "indirect");
    plan.entries = make_entry(BYTES("\x55"), join(join(reason, usual_date), strange));
    assert_unknown(&plan, "an entry has a critical extension that is not known");
    plan.entries = make_entry(BYTES("\x55"), join(usual_date, usual_date));
    assert_unknown(&plan, "extensions of an entry, each once");
    plan.entries = ask_entries(
        make_entry(BYTES("\x55"), make_extension(BYTES("\x55\x1d\x17"), true, BYTES("\x05\x00"))));
    assert_good(&plan);
    plan.entries = ask_entries(make_entry(BYTES("\x55"), issuer));
    assert_unknown(&plan, "indirect");
    plan.entries = ask_entries(make_entry(SERIAL, issuer));
    assert_unknown(&plan, "indirect");
    plan.entries =
        ask_entries(make_entry(BYTES("\x55"), make_extension(BYTES("\x55\x1d\x1d"), false, NONE)));
    assert_unknown(&plan, "indirect");
    plan.entries = ask_entries(
        make_entry(BYTES("\x55"), make_extension(REASON, false, BYTES("\x0a\x02\x00\x01"))));
    assert_unknown(&plan, "the reason of an entry cannot be read");
    plan.entries = ask_entries(make_entry(BYTES("\x55"), DER(0x30, DER(0x06, REASON))));
    assert_unknown(&plan, "extensions of an entry");
    plan.entries = ask_entries(
        make_entry(BYTES("\x55"), span_of(DER(0x30, reason, reason).ptr + 2, 2 * reason.len)));
    assert_unknown(&plan, "extensions of an entry, each once");
}

/* What stands behind an entry, or in it and cannot be read, does not make it unsaid. */
static void test_listed_for_all_that(void **state)
{
    struct span own = make_entry_for(SERIAL, 1);
    struct span other =
        make_entry(BYTES("\x55"), make_extension(BYTES("\x55\x1d\x1d"), true, BYTES("\x30\x00")));
    struct span reason = make_extension(REASON, false, BYTES("\x0a\x01\x01\x00"));
    struct span date = make_time("260401000000Z");
    struct crl_plan plan = ask_plan();

    (void)state;
    plan.entries = join(own, BYTES("\x30\x7f\x02\x01\x55"));
    assert_revoked(&plan, "(keyCompromise)");
    plan.entries = join(BYTES("\x30\x7f\x02\x01\x55"), own);
    assert_unknown(&plan, "expected an entry");
    plan.entries = join(own, other);
    assert_revoked(&plan, "(keyCompromise)");
    plan.entries = join(other, own);
    assert_unknown(&plan, "indirect");
    plan.entries = DER(0x30, DER(0x02, SERIAL), make_time("269901000000Z"));
    assert_revoked(&plan, "revoked since 2026-05-01T00:00:00Z (no reason given)");
    plan.entries = make_entry(SERIAL, reason);
    assert_revoked(&plan, "(an unknown reason)");
    plan.entries = DER(0x30, DER(0x02, SERIAL), date, DER(0x30, NONE));
    assert_revoked(&plan, "(an unknown reason)");
    plan.entries = DER(0x30, DER(0x02, SERIAL), date, BYTES("\x05\x00"));
    assert_revoked(&plan, "(an unknown reason)");
    plan.entries = own;
    plan.version = NONE;
    assert_revoked(&plan, "(an unknown reason)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_serial),
        cmocka_unit_test(test_negative_serial),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_several),
        cmocka_unit_test(test_entry_form),
        cmocka_unit_test(test_entry_extensions),
        cmocka_unit_test(test_listed_for_all_that),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_crl_free_all();
    make_free_all();
    return failed;
}
