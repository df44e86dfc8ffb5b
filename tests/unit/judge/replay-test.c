/* SPDX-License-Identifier: BSD-3-Clause */
#include "../../../lib/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "make-token.h"

/* SHA-256 of each text behind its length, 8 bytes that begin with the highest; from Python. */
#define X_ID "c6df64eaa6633dc6d24ad41a09a7d04c116c4dea9e5d9d6ea32bf41b5f012e2f"
#define ODD_ID "5e8c75311e300c7bcd8283b3d6e42d3d375932dbb8885751c67b22e08f3c2684"

static enum status identify(const char *claims, const char *iss, enum replay_mode mode,
                            struct replay_entry *entry, struct report *report)
{
    SIGNED_CLAIMS_CLEANUP struct signed_claims *made = make_claims("{\"alg\":\"ES256\"}", claims);
    struct issuer_rules issuer = make_issuer();
    enum status status;

    issuer.issuer = STRING(iss);
    issuer.replay = mode;
    status = replay_identify(made, &issuer, 1000, 30, entry, report);
    make_free_all();
    return status;
}

static struct replay_entry identified(const char *claims, const char *iss)
{
    struct report report = {0};
    struct replay_entry entry;

    assert_int_equal(identify(claims, iss, REPLAY_REQUIRE, &entry, &report), STATUS_ACCEPTED);
    assert_true(replay_is_id(span_text(entry.id)));
    return entry;
}

/* Nothing of it reaches whoever keeps it. */
static void test_ids(void **state)
{
    struct replay_entry entry = identified("{\"jti\":\"x\"}", ISSUER);

    (void)state;
    assert_string_equal(entry.id, X_ID);
    assert_int_equal(entry.until, 1000 + 30 + 60);
    assert_string_equal(identified("{\"jti\":\"\\u0000\\u00e9\"}", ISSUER).id, ODD_ID);
}

/* iss and jti, and nothing else of the token. */
static void test_what_counts(void **state)
{
    struct replay_entry entry = identified("{\"jti\":\"cd\"}", "ab");

    (void)state;
    assert_string_equal(identified("{\"jti\":\"\\u0063d\",\"sub\":\"x\"}", "ab").id, entry.id);
    assert_string_not_equal(identified("{\"jti\":\"d\"}", "abc").id, entry.id);
    assert_string_not_equal(identified("{\"jti\":\"bcd\"}", "a").id, entry.id);
    assert_string_not_equal(identified("{\"jti\":\"cD\"}", "ab").id, entry.id);
    assert_string_not_equal(identified("{\"jti\":\"cd\\u0000\"}", "ab").id, entry.id);
    assert_string_not_equal(identified("{\"jti\":\"cd \"}", "ab").id, entry.id);
}

static void test_no_jti(void **state)
{
    static const char *const rows[] = {
        "{}",
        "{\"jti\":\"\"}",
        "{\"jti\":null}",
        "{\"jti\":5}",
        "{\"jti\":true}",
        "{\"jti\":[\"x\"]}",
        "{\"jti\":{\"x\":\"x\"}}",
        "{\"JTI\":\"x\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct report report = {0};
        struct replay_entry entry;

        if (identify(rows[i], ISSUER, REPLAY_REQUIRE, &entry, &report) != STATUS_MISSING_CLAIM)
            fail_msg("%s", rows[i]);
        assert_string_equal(entry.id, "");
        assert_non_null(strstr(report.detail, "jti: expected a string that is not empty"));
        assert_int_equal(identify(rows[i], ISSUER, REPLAY_OFF, &entry, &report), STATUS_ACCEPTED);
        assert_string_equal(entry.id, "");
    }
}

static void test_off(void **state)
{
    struct report report = {0};
    struct replay_entry entry = {"x", 5};

    (void)state;
    assert_int_equal(identify("{\"jti\":\"x\"}", ISSUER, REPLAY_OFF, &entry, &report),
                     STATUS_ACCEPTED);
    assert_string_equal(entry.id, "");
    assert_int_equal(entry.until, 0);
}

static void test_texts_that_are_no_ids(void **state)
{
    static const char *const rows[] = {
        "",
        "x",
        "abc",
        X_ID "0",
        "00000000000000000000000000000000000000000000000000000000000000A0",
        "0000000000000000000000000000000000000000000000000000000000000/.0",
    };
    char nul[] = X_ID;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_false(replay_is_id(span_text(rows[i])));
    nul[10] = '\0';
    assert_false(replay_is_id(span_of(nul, REPLAY_ID_DIGITS)));
    assert_true(replay_is_id(span_text(X_ID)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_what_counts),
        cmocka_unit_test(test_no_jti),
        cmocka_unit_test(test_off),
        cmocka_unit_test(test_texts_that_are_no_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
