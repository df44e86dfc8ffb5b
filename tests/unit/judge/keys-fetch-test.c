/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "key-world.h"

/* --- fetching --------------------------------------------------------------------------------- */

static void assert_planned(const struct world *world, bool planned)
{
    assert_int_equal(world->verdict.plan != NULL, planned);
    if (!planned)
        return;
    assert_int_equal(world->verdict.plan->count, 1);
    assert_int_equal(world->verdict.plan->wishes[0].kind, ANSWER_JWKS);
    assert_string_equal(world->verdict.plan->wishes[0].url, "https://issuer.example/keys");
    assert_null(world->verdict.plan->wishes[0].cert.data);
}

static void test_ages(void **state)
{
    static const struct {
        int64_t age;
        enum fetching fetching;
        enum status known, unknown;
        bool known_planned, unknown_planned;
    } rows[] = {
        {0, FETCHING_OFF, STATUS_ACCEPTED, STATUS_UNKNOWN_KEY, false, false},
        {0, FETCHING_POSSIBLE, STATUS_ACCEPTED, STATUS_KEYS_UNAVAILABLE, false, true},
        {0, FETCHING_TRIED, STATUS_ACCEPTED, STATUS_KEYS_UNAVAILABLE, false, false},
        {100, FETCHING_POSSIBLE, STATUS_ACCEPTED, STATUS_KEYS_UNAVAILABLE, false, true},
        {101, FETCHING_OFF, STATUS_ACCEPTED, STATUS_UNKNOWN_KEY, false, false},
        {101, FETCHING_POSSIBLE, STATUS_KEYS_UNAVAILABLE, STATUS_KEYS_UNAVAILABLE, true, true},
        {101, FETCHING_TRIED, STATUS_ACCEPTED, STATUS_KEYS_UNAVAILABLE, false, false},
        {1000, FETCHING_TRIED, STATUS_ACCEPTED, STATUS_KEYS_UNAVAILABLE, false, false},
        {1001, FETCHING_OFF, STATUS_KEYS_UNAVAILABLE, STATUS_KEYS_UNAVAILABLE, false, false},
        {1001, FETCHING_POSSIBLE, STATUS_KEYS_UNAVAILABLE, STATUS_KEYS_UNAVAILABLE, true, true},
        {1001, FETCHING_TRIED, STATUS_KEYS_UNAVAILABLE, STATUS_KEYS_UNAVAILABLE, false, false},
        {-60, FETCHING_OFF, STATUS_ACCEPTED, STATUS_UNKNOWN_KEY, false, false},
        {-61, FETCHING_OFF, STATUS_KEYS_UNAVAILABLE, STATUS_KEYS_UNAVAILABLE, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        WORLD_CLEANUP struct world world = make_fetching_world();

        world.issuer.key_sources = LIST("kid");
        world.fetching = rows[i].fetching;
        world.store.fetched_at = NOW - rows[i].age;
        if (judge_in(&world, ",\"kid\":\"a\"") != rows[i].known)
            fail_msg("row %zu: %s", i, world.detail);
        assert_planned(&world, rows[i].known_planned);
        if (judge_in(&world, ",\"kid\":\"b\"") != rows[i].unknown)
            fail_msg("row %zu: %s", i, world.detail);
        assert_planned(&world, rows[i].unknown_planned);
    }
}

/* What was brought is final, however old it says it is. */
static void test_brought(void **state)
{
    WORLD_CLEANUP struct world world = make_fetching_world();

    (void)state;
    world.issuer.key_sources = LIST("kid");
    world.fetching = FETCHING_TRIED;
    world.store.brought = true;
    world.store.fetched_at = 0;
    expect(&world, STATUS_ACCEPTED, ",\"kid\":\"a\"");
    expect(&world, STATUS_UNKNOWN_KEY, ",\"kid\":\"b\"");
    world.store.set = NULL;
    world.store.brought = false;
    expect(&world, STATUS_KEYS_UNAVAILABLE, ",\"kid\":\"a\"");
    assert_planned(&world, false);
}

/* Nothing is fetched for a token that anything else speaks against. */
static void test_not_worth_fetching(void **state)
{
    static const char *const claims[] = {
        "{\"iss\":\"" ISSUER
        "\",\"aud\":\"pam://other/sshd\",\"sub\":\"alice\",\"exp\":4070908800}",
        "{\"iss\":\"" ISSUER "\",\"aud\":\"pam://host.example/sshd\",\"sub\":\"alice\",\"exp\":1}",
        "{\"iss\":\"" ISSUER "\",\"aud\":\"pam://host.example/sshd\",\"sub\":\"alice\"}",
        "{\"iss\":\"" ISSUER "\",\"sub\":\"alice\",\"exp\":4070908800}",
    };
    WORLD_CLEANUP struct world world = make_fetching_world();

    (void)state;
    world.issuer.key_sources = LIST("kid");
    world.fetching = FETCHING_POSSIBLE;
    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        world.claims = claims[i];
        expect(&world, STATUS_UNKNOWN_KEY, ",\"kid\":\"b\"");
        assert_planned(&world, false);
        world.store.fetched_at = 0;
        expect(&world, STATUS_KEYS_UNAVAILABLE, ",\"kid\":\"b\"");
        assert_planned(&world, false);
        world.store.fetched_at = NOW - 500;
        assert_true(judge_in(&world, ",\"kid\":\"a\"") > STATUS_ACCEPTED);
        assert_planned(&world, false);
        world.store.fetched_at = NOW;
    }
    /* a signature that is wrong: the old set would do for that */
    world.claims = NULL;
    world.key = FOREIGN;
    world.store.fetched_at = NOW - 500;
    expect(&world, STATUS_BAD_SIGNATURE, ",\"kid\":\"a\"");
    assert_planned(&world, false);
}

static void test_discovery(void **state)
{
    WORLD_CLEANUP struct world world = make_fetching_world();

    (void)state;
    world.issuer.key_sources = LIST("jwk");
    world.issuer.jwks_uri = STRING("");
    world.issuer.discovery = true;
    world.fetching = FETCHING_POSSIBLE;
    world.store.set = NULL;
    expect(&world, STATUS_KEYS_UNAVAILABLE, beside("jwk", jwk_text(OWN, "")));
    assert_int_equal(world.verdict.plan->count, 1);
    assert_string_equal(world.verdict.plan->wishes[0].url,
                        "https://issuer.example/.well-known/openid-configuration");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ages),
        cmocka_unit_test(test_brought),
        cmocka_unit_test(test_not_worth_fetching),
        cmocka_unit_test(test_discovery),
    };

    return cmocka_run_group_tests(tests, key_world_make, key_world_remove);
}
