/* SPDX-License-Identifier: BSD-3-Clause */
/* What the entries of a response say, all of it well formed and rightly signed. */
#include "../../../lib/ocsp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "make-ocsp.h"

#define BYTES(literal) span_of(literal, sizeof(literal) - 1)

static struct ocsp_world world;

static void assert_entry(const struct single_plan *change, enum certificate_status expected,
                         const char *detail)
{
    struct ocsp_plan plan = plan_ocsp(&world);

    plan.singles[0] = *change;
    plan.singles[0].cert = world.leaf;
    plan.singles[0].issuer = world.ca;
    assert_ocsp(&world, &plan, expected, detail);
}

#define ENTRY(...) (&(struct single_plan){__VA_ARGS__})

static struct evidence judge(const struct single_plan *change)
{
    struct ocsp_plan plan = plan_ocsp(&world);
    struct evidence evidence;

    plan.singles[0] = *change;
    plan.singles[0].cert = world.leaf;
    plan.singles[0].issuer = world.ca;
    ocsp_look_up(make_ocsp(&plan), &world.question, &evidence);
    return evidence;
}

static void test_good(void **state)
{
    struct evidence evidence = judge(ENTRY(.said = SAYS_GOOD));

    (void)state;
    assert_int_equal(evidence.status, CERTIFICATE_GOOD);
    assert_int_equal(evidence.this_update, NOW - 3600);
    assert_int_equal(evidence.next_update, NOW + 3600);
    evidence = judge(ENTRY(.next_update = NO_TIME));
    assert_int_equal(evidence.status, CERTIFICATE_GOOD);
    assert_int_equal(evidence.next_update, NOW - 3600 + 7200);
}

static void test_unknown(void **state)
{
    (void)state;
    assert_entry(ENTRY(.said = SAYS_UNKNOWN), CERTIFICATE_UNKNOWN, "does not know");
}

/* --- times ------------------------------------------------------------------------------------ */

static void test_this_update(void **state)
{
    (void)state;
    assert_entry(ENTRY(.this_update = "20260601000100Z"), CERTIFICATE_GOOD, "");
    assert_entry(ENTRY(.this_update = "20260601000101Z"), CERTIFICATE_UNKNOWN,
                 "thisUpdate is 61 s in the future");
    assert_entry(ENTRY(.this_update = "20200101000000Z"), CERTIFICATE_GOOD, "");
}

static void test_next_update(void **state)
{
    (void)state;
    assert_entry(ENTRY(.next_update = "20260531235901Z"), CERTIFICATE_GOOD, "");
    assert_entry(ENTRY(.next_update = "20260531235900Z"), CERTIFICATE_UNKNOWN,
                 "nextUpdate passed 60 s ago");
    assert_entry(ENTRY(.next_update = "99991231235959Z"), CERTIFICATE_GOOD, "");
    assert_entry(ENTRY(.this_update = AT_NOW, .next_update = AT_NOW), CERTIFICATE_GOOD, "");
    assert_entry(ENTRY(.this_update = "20260601000001Z", .next_update = AT_NOW),
                 CERTIFICATE_UNKNOWN, "nextUpdate is before thisUpdate");
}

static void test_without_next_update(void **state)
{
    (void)state;
    assert_entry(ENTRY(.this_update = "20260531215900Z", .next_update = NO_TIME), CERTIFICATE_GOOD,
                 "");
    assert_entry(ENTRY(.this_update = "20260531215859Z", .next_update = NO_TIME),
                 CERTIFICATE_UNKNOWN, "ocsp_max_age passed 61 s ago");
    world.question.ocsp_max_age = INT64_MAX;
    assert_entry(ENTRY(.next_update = NO_TIME), CERTIFICATE_GOOD, "");
    assert_int_equal(judge(ENTRY(.next_update = NO_TIME)).next_update, INT64_MAX);
    world = make_ocsp_world();
}

static void test_produced_at(void **state)
{
    struct ocsp_plan plan = plan_ocsp(&world);

    (void)state;
    plan.produced_at = "20260601000100Z";
    assert_ocsp(&world, &plan, CERTIFICATE_GOOD, "");
    plan.produced_at = "20260601000101Z";
    assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "producedAt is 61 s in the future");
}

/* All years against gmtime_r(). */
static void test_calendar(void **state)
{
    (void)state;
    for (int64_t day = -719528; day <= 2932896; day += 1009) {
        time_t time = (time_t)(day * DAY + 43200);
        struct evidence evidence;
        char text[32];
        struct tm tm;

        assert_non_null(gmtime_r(&time, &tm));
        assert_true(strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm) > 0);
        memmove(text + 15 - strlen(text), text, strlen(text) + 1);
        memset(text, '0', 4 - (size_t)snprintf(NULL, 0, "%d", tm.tm_year + 1900));
        world.question.now = time;
        evidence = judge(ENTRY(.this_update = text, .next_update = NO_TIME, .said = SAYS_REVOKED));
        assert_int_equal(evidence.status, CERTIFICATE_REVOKED);
        assert_int_equal(evidence.this_update, time);
    }
    world = make_ocsp_world();
}

static void test_strict_times(void **state)
{
    static const char *const wrong[] = {
        "20260531230000",      "202605312300Z",
        "20260531230000.5Z",   "20260531230000+0000",
        "20260531230000-0100", "260531230000Z",
        "20260531230000z",     "20260532000000Z",
        "20260500230000Z",     "20260031230000Z",
        "20261331230000Z",     "20260431230000Z",
        "20260229230000Z",     "19000229230000Z",
        "20260531240000Z",     "20260531236000Z",
        "20260531230060Z",     "2026053123000 Z",
        "2026-531230000Z",     " 2026053123000Z",
        "20260531230000Z\x7f", "Z",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct ocsp_plan plan = plan_ocsp(&world);

        assert_entry(ENTRY(.this_update = wrong[i]), CERTIFICATE_UNKNOWN, "entry 0 is malformed");
        assert_entry(ENTRY(.next_update = wrong[i]), CERTIFICATE_UNKNOWN, "entry 0 is malformed");
        assert_entry(ENTRY(.said = SAYS_REVOKED, .revoked_at = wrong[i]), CERTIFICATE_UNKNOWN,
                     "entry 0 is malformed");
        plan.produced_at = wrong[i];
        assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "producedAt is missing or malformed");
    }
    assert_entry(ENTRY(.this_update = "20240229000000Z"), CERTIFICATE_GOOD, "");
    assert_entry(ENTRY(.this_update = "20000229000000Z"), CERTIFICATE_GOOD, "");
}

/* --- revoked ---------------------------------------------------------------------------------- */

static void test_revoked(void **state)
{
    static const char *const names[] = {
        "(no reason given)", "keyCompromise",        "cACompromise",    "affiliationChanged",
        "superseded",        "cessationOfOperation", "certificateHold", "an unknown reason",
        "removeFromCRL",     "privilegeWithdrawn",   "aACompromise",    "an unknown reason"};
    struct evidence evidence = judge(ENTRY(.said = SAYS_REVOKED));

    (void)state;
    assert_int_equal(evidence.status, CERTIFICATE_REVOKED);
    assert_string_equal(evidence.detail, "revoked since 2026-05-31T23:00:00Z (no reason given)");
    assert_int_equal(evidence.this_update, NOW - 3600);
    assert_int_equal(evidence.next_update, NOW + 3600);
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_entry(ENTRY(.said = SAYS_REVOKED, .reason_plus_1 = i + 1), CERTIFICATE_REVOKED,
                     names[i]);
    assert_entry(ENTRY(.said = SAYS_REVOKED, .reason_plus_1 = 0x81), CERTIFICATE_UNKNOWN,
                 "entry 0 is malformed");
}

static void assert_revoked_at_other_times(unsigned reason, enum certificate_status expected)
{
    assert_entry(ENTRY(.said = SAYS_REVOKED, .reason_plus_1 = reason + 1,
                       .this_update = "20200101000000Z", .next_update = "20200102000000Z"),
                 expected, expected == CERTIFICATE_REVOKED ? "revoked since" : "nextUpdate passed");
    assert_entry(ENTRY(.said = SAYS_REVOKED, .reason_plus_1 = reason + 1,
                       .this_update = "20200101000000Z", .next_update = NO_TIME),
                 expected, expected == CERTIFICATE_REVOKED ? "revoked since" : "ocsp_max_age");
    assert_entry(ENTRY(.said = SAYS_REVOKED, .reason_plus_1 = reason + 1,
                       .this_update = "20260602000000Z", .next_update = NO_TIME),
                 expected, expected == CERTIFICATE_REVOKED ? "revoked since" : "in the future");
}

static void test_revoked_for_ever(void **state)
{
    (void)state;
    for (unsigned reason = 0; reason <= 10; reason++)
        assert_revoked_at_other_times(reason, reason == 6 || reason == 8 ? CERTIFICATE_UNKNOWN
                                                                         : CERTIFICATE_REVOKED);
}

/* --- which certificate ------------------------------------------------------------------------ */

static void test_digests(void **state)
{
    static const gnutls_digest_algorithm_t digests[] = {GNUTLS_DIG_SHA1, GNUTLS_DIG_SHA256,
                                                        GNUTLS_DIG_SHA384, GNUTLS_DIG_SHA512};

    (void)state;
    for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
        assert_entry(ENTRY(.digest = digests[i]), CERTIFICATE_GOOD, "");
        assert_entry(ENTRY(.digest = digests[i], .key_of = world.same_ca), CERTIFICATE_UNKNOWN,
                     "found 1 for others");
        assert_entry(ENTRY(.digest = digests[i], .name_of = world.other_ca), CERTIFICATE_UNKNOWN,
                     "found 1 for others");
    }
    assert_entry(ENTRY(.digest = GNUTLS_DIG_MD5), CERTIFICATE_UNKNOWN, "expected a CertID with");
    assert_entry(ENTRY(.digest = GNUTLS_DIG_MD5, .said = SAYS_REVOKED), CERTIFICATE_UNKNOWN,
                 "expected a CertID with");
    assert_entry(ENTRY(.digest = GNUTLS_DIG_MD5, .serial_of = world.neighbour), CERTIFICATE_UNKNOWN,
                 "found 1 for others");
}

static void test_others(void **state)
{
    (void)state;
    for (int said = SAYS_GOOD; said <= SAYS_UNKNOWN; said++) {
        assert_entry(ENTRY(.said = (enum said)said, .serial_of = world.neighbour),
                     CERTIFICATE_UNKNOWN, "expected an entry for the certificate");
        assert_entry(ENTRY(.said = (enum said)said, .key_of = world.same_ca), CERTIFICATE_UNKNOWN,
                     "expected an entry for the certificate");
        assert_entry(ENTRY(.said = (enum said)said, .name_of = world.other_ca), CERTIFICATE_UNKNOWN,
                     "expected an entry for the certificate");
    }
}

/* One is the beginning of the other. */
static void test_similar_serials(void **state)
{
    static const char *const serials[] = {"lea", "leafx", "xleaf", "Leaf", "\1"};

    (void)state;
    for (size_t i = 0; i < sizeof(serials) / sizeof(serials[0]); i++) {
        struct cert_plan plan = plan_signer(make_key(KEY_P256, 2), world.ca, 0);

        plan.serial = serials[i];
        assert_entry(ENTRY(.serial_of = make_cert(&plan)), CERTIFICATE_UNKNOWN,
                     "found 1 for others");
    }
}

/* --- several entries -------------------------------------------------------------------------- */

static void assert_several(const struct single_plan *first, const struct single_plan *second,
                           enum certificate_status expected, const char *detail)
{
    struct ocsp_plan plan = plan_ocsp(&world);

    for (unsigned order = 0; order < 2; order++) {
        plan.singles[0] = plan.singles[1] = plan.singles[2] = plan_ocsp(&world).singles[0];
        plan.singles[1] = order == 0 ? *first : *second;
        plan.singles[2] = order == 0 ? *second : *first;
        for (unsigned i = 1; i < 3; i++) {
            plan.singles[i].cert = world.leaf;
            plan.singles[i].issuer = world.ca;
        }
        plan.singles[0].serial_of = world.neighbour;
        plan.count = 3;
        assert_ocsp(&world, &plan, expected, detail);
    }
}

static void test_several(void **state)
{
    const struct single_plan good = {.said = SAYS_GOOD}, revoked = {.said = SAYS_REVOKED},
                             unknown = {.said = SAYS_UNKNOWN},
                             sha512 = {.digest = GNUTLS_DIG_SHA512},
                             md5 = {.digest = GNUTLS_DIG_MD5, .said = SAYS_REVOKED},
                             old = {.next_update = "20260531235900Z"},
                             other = {.said = SAYS_REVOKED, .key_of = world.same_ca};

    (void)state;
    assert_several(&good, &good, CERTIFICATE_GOOD, "");
    assert_several(&good, &sha512, CERTIFICATE_GOOD, "");
    assert_several(&good, &other, CERTIFICATE_GOOD, "");
    assert_several(&good, &revoked, CERTIFICATE_REVOKED, "revoked since");
    assert_several(&good, &unknown, CERTIFICATE_UNKNOWN, "does not know");
    assert_several(&good, &old, CERTIFICATE_UNKNOWN, "nextUpdate passed");
    assert_several(&good, &md5, CERTIFICATE_UNKNOWN, "expected a CertID");
    assert_several(&unknown, &revoked, CERTIFICATE_REVOKED, "revoked since");
    assert_several(&old, &revoked, CERTIFICATE_REVOKED, "revoked since");
}

static void test_several_times(void **state)
{
    struct ocsp_plan plan = plan_ocsp(&world);
    struct evidence evidence;

    (void)state;
    plan.count = 2;
    for (unsigned i = 0; i < 2; i++) {
        plan.singles[0] = plan.singles[1] = plan_ocsp(&world).singles[0];
        plan.singles[i].next_update = "20260601000001Z";
        ocsp_look_up(make_ocsp(&plan), &world.question, &evidence);
        assert_int_equal(evidence.status, CERTIFICATE_GOOD);
        assert_int_equal(evidence.next_update, NOW + 1);
    }
}

/* --- extensions ------------------------------------------------------------------------------- */

static void test_extensions(void **state)
{
    struct ocsp_plan plan = plan_ocsp(&world);

    (void)state;
    for (int said = SAYS_GOOD; said <= SAYS_REVOKED; said++) {
        enum certificate_status status = said ? CERTIFICATE_REVOKED : CERTIFICATE_GOOD;

        assert_entry(ENTRY(.said = (enum said)said, .extension = "harmless"), status, "");
        assert_entry(ENTRY(.said = (enum said)said, .extension = "critical"), CERTIFICATE_UNKNOWN,
                     "an entry has an unknown critical extension");
        assert_entry(ENTRY(.said = (enum said)said, .extension = "none"), CERTIFICATE_UNKNOWN,
                     "malformed");
        assert_entry(ENTRY(.said = (enum said)said, .extension = "not DER"), CERTIFICATE_UNKNOWN,
                     "malformed");
        plan.singles[0].said = (enum said)said;
        plan.extension = "harmless";
        assert_ocsp(&world, &plan, status, "");
        plan.extension = "critical";
        assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN,
                    "the response has an unknown critical extension");
        plan.extension = "not DER";
        assert_ocsp(&world, &plan, CERTIFICATE_UNKNOWN, "malformed");
    }
    plan = plan_ocsp(&world);
    plan.count = 2;
    plan.singles[1] = plan.singles[0];
    plan.singles[1].serial_of = world.neighbour;
    plan.singles[1].extension = "critical";
    assert_ocsp(&world, &plan, CERTIFICATE_GOOD, "");
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
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_this_update),
        cmocka_unit_test(test_next_update),
        cmocka_unit_test(test_without_next_update),
        cmocka_unit_test(test_produced_at),
        cmocka_unit_test(test_calendar),
        cmocka_unit_test(test_strict_times),
        cmocka_unit_test(test_revoked),
        cmocka_unit_test(test_revoked_for_ever),
        cmocka_unit_test(test_digests),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_similar_serials),
        cmocka_unit_test(test_several),
        cmocka_unit_test(test_several_times),
        cmocka_unit_test(test_extensions),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
