/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "key-world.h"

/* --- kid -------------------------------------------------------------------------------------- */

static void test_kid(void **state)
{
    WORLD_CLEANUP struct world world = make_set_world();
    const char *a = ",\"kid\":\"a\"", *b = ",\"kid\":\"b\"";

    (void)state;
    world.issuer.key_sources = LIST("kid");
    world.store.set = text("{\"keys\":[%s,%s]}", jwk_text(FOREIGN, b), jwk_text(OWN, a));
    expect(&world, STATUS_ACCEPTED, a);
    assert_string_equal(world.verdict.signer, jwk_print(OWN));
    assert_string_equal(world.verdict.revocation, "jwks");
    expect(&world, STATUS_ACCEPTED, ",\"kid\":\"\\u0061\"");
    expect(&world, STATUS_BAD_SIGNATURE, b);
    expect(&world, STATUS_UNKNOWN_KEY, ",\"kid\":\"c\"");
    expect(&world, STATUS_UNKNOWN_KEY, ",\"kid\":\"A\"");
    expect(&world, STATUS_UNKNOWN_KEY, ",\"kid\":\"\"");
    expect(&world, STATUS_UNKNOWN_KEY, ",\"kid\":\"x\"");
    expect(&world, STATUS_UNKNOWN_KEY, ",\"kid\":null");
    expect(&world, STATUS_UNKNOWN_KEY, ",\"kid\":1");
    expect(&world, STATUS_NO_KEY_SOURCE, "");

    /* a kid is no other member's value */
    world.store.set = text("{\"keys\":[%s]}", jwk_text(OWN, ",\"kid\":\"b\",\"of\":\"a\""));
    expect(&world, STATUS_UNKNOWN_KEY, a);

    /* no fallback to the only key */
    world.store.set = text("{\"keys\":[%s]}", jwk_text(OWN, a));
    expect(&world, STATUS_UNKNOWN_KEY, b);
    world.store.set = text("{\"keys\":[%s]}", jwk_text(OWN, ""));
    expect(&world, STATUS_UNKNOWN_KEY, a);
    world.store.set = text("{\"keys\":[%s]}", jwk_text(OWN, ",\"kid\":\"\\u0061\""));
    expect(&world, STATUS_ACCEPTED, a);

    /* two of one name, in either order, whatever they are for */
    world.store.set = text("{\"keys\":[%s,%s]}", jwk_text(OWN, a), jwk_text(FOREIGN, a));
    expect(&world, STATUS_UNKNOWN_KEY, a);
    world.store.set = text("{\"keys\":[%s,%s]}", jwk_text(OWN, a), jwk_text(OWN, a));
    expect(&world, STATUS_UNKNOWN_KEY, a);
}

static void test_kid_key(void **state)
{
    WORLD_CLEANUP struct world world = make_set_world();
    static const struct {
        const char *more;
        enum status expected;
    } rows[] = {
        {",\"use\":\"sig\"", STATUS_ACCEPTED},
        {",\"use\":\"enc\"", STATUS_BAD_KEY},
        {",\"alg\":\"ES256\"", STATUS_ACCEPTED},
        {",\"alg\":\"RS256\"", STATUS_BAD_KEY},
        {",\"key_ops\":[\"verify\"]", STATUS_ACCEPTED},
        {",\"key_ops\":[]", STATUS_BAD_KEY},
        {",\"d\":\"AQ\"", STATUS_BAD_KEY},
        {",\"k\":\"AQ\"", STATUS_BAD_KEY},
    };

    (void)state;
    world.issuer.key_sources = LIST("kid");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        world.store.set =
            text("{\"keys\":[%s]}", jwk_text(OWN, text(",\"kid\":\"a\"%s", rows[i].more)));
        expect(&world, rows[i].expected, ",\"kid\":\"a\"");
    }
    /* of an alg that is not the key's */
    world.store.set = "{\"keys\":[{\"kid\":\"a\",\"kty\":\"oct\",\"k\":\"AAAA\"}]}";
    expect(&world, STATUS_BAD_KEY, ",\"kid\":\"a\"");
    world.store.set = "{\"keys\":[{\"kid\":\"a\",\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}";
    expect(&world, STATUS_WEAK_KEY, ",\"kid\":\"a\"");
}

/* A file that is no JWK Set is a mistake; a fetched one that is none is as good as none. */
static void test_bad_set(void **state)
{
    WORLD_CLEANUP struct world world = make_set_world();
    const char *own = jwk_text(OWN, ",\"kid\":\"a\"");
    const char *const sets[] = {
        "",
        "[]",
        "{}",
        text("[%s]", own),
        text("{\"keys\":%s}", own),
        text("{\"keys\":[%s],\"keys\":[]}", own),
        text("{\"keys\":[],\"keys\":[%s]}", own),
        text("{\"keys\":[],\"\\u006beys\":[%s]}", own),
        text("{\"keys\":[%s,1]}", own),
        text("{\"keys\":[%s,]}", own),
        text("{\"keys\":[%s]", own),
        text("{\"keys\":[%s]}x", own),
        text("{\"keys\":[%s,{\"a\":01}]}", own),
        text("{\"keys\":[%s]}", jwk_text(OWN, ",\"kid\":\"b\",\"kid\":\"a\"")),
    };

    (void)state;
    world.issuer.key_sources = LIST("kid");
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        world.store.set = sets[i];
        world.store.local = true;
        expect(&world, STATUS_CONFIG_ERROR, ",\"kid\":\"a\"");
        assert_non_null(strstr(world.detail, "/keys"));
        world.store.local = false;
        world.store.fetched_at = NOW;
        expect(&world, STATUS_KEYS_UNAVAILABLE, ",\"kid\":\"a\"");
    }
    world.store.set = text(" { \"x\" : [ 1 ] , \"keys\" : [ %s , { } ] } ", own);
    world.store.local = true;
    expect(&world, STATUS_ACCEPTED, ",\"kid\":\"a\"");
}

static void test_without_kid(void **state)
{
    WORLD_CLEANUP struct world world = make_set_world();
    const char *print = quoted(thumbprint_text(signer, 20)),
               *print256 = quoted(thumbprint_text(signer, 32)),
               *chain = x5c_text(&(struct untrusted_chain){{signer}, 1});

    (void)state;
    world.issuer.key_sources = LIST("kid");
    world.store.set = text("{\"keys\":[%s,%s]}", jwk_text(FOREIGN, ",\"kid\":\"b\""),
                           jwk_text(OWN, text(",\"x5t\":%s", print)));
    expect(&world, STATUS_ACCEPTED, beside("x5t", print));
    expect(&world, STATUS_ACCEPTED, beside("x5t", quoted(hex_of(signer, 20, true))));
    expect(&world, STATUS_UNKNOWN_KEY, beside("x5t#S256", print256));
    expect(&world, STATUS_UNKNOWN_KEY, beside("x5t", "null"));
    expect(&world, STATUS_UNKNOWN_KEY, beside("x5t", quoted(thumbprint_text(root, 20))));
    world.store.set =
        text("{\"keys\":[%s]}", jwk_text(OWN, text(",\"x5t\":\"%s\"", hex_of(signer, 20, true))));
    expect(&world, STATUS_ACCEPTED, beside("x5t", print));
    world.store.set = text("{\"keys\":[%s]}", jwk_text(OWN, text(",\"x5c\":%s", chain)));
    expect(&world, STATUS_ACCEPTED, beside("x5t", print));
    expect(&world, STATUS_ACCEPTED, beside("x5t#S256", print256));
    world.store.set = text("{\"keys\":[%s,%s]}", jwk_text(OWN, text(",\"x5t\":%s", print)),
                           jwk_text(OWN, text(",\"x5t\":%s", print)));
    expect(&world, STATUS_UNKNOWN_KEY, beside("x5t", print));

    /* a kid is used first, and what else there is agrees with it */
    world.store.set =
        text("{\"keys\":[%s]}", jwk_text(OWN, text(",\"kid\":\"a\",\"x5t\":%s", print)));
    expect(&world, STATUS_ACCEPTED, text(",\"kid\":\"a\"%s", beside("x5t", print)));
    expect(&world, STATUS_UNKNOWN_KEY, text(",\"kid\":\"b\"%s", beside("x5t", print)));
    expect(&world, STATUS_THUMBPRINT_MISMATCH,
           text(",\"kid\":\"a\"%s", beside("x5t", quoted(thumbprint_text(root, 20)))));
    expect(&world, STATUS_ACCEPTED, text(",\"kid\":\"a\"%s", beside("jwk", jwk_text(OWN, ""))));
    expect(&world, STATUS_KEY_MISMATCH,
           text(",\"kid\":\"a\"%s", beside("jwk", jwk_text(FOREIGN, ""))));
    expect(&world, STATUS_ACCEPTED, text(",\"kid\":\"a\"%s", beside("x5c", chain)));
    expect(&world, STATUS_KEY_MISMATCH,
           text(",\"kid\":\"a\"%s", beside("x5c", x5c_text(&(struct untrusted_chain){{root}, 1}))));
}

static void test_set_with_chains(void **state)
{
    WORLD_CLEANUP struct world world = make_set_world();
    const char *chain = x5c_text(&(struct untrusted_chain){{signer}, 1}),
               *foreign = x5c_text(&(struct untrusted_chain){{self}, 1});

    (void)state;
    world.issuer.key_sources = LIST("kid");
    world.store.set =
        text("{\"keys\":[%s]}", jwk_text(OWN, text(",\"kid\":\"a\",\"x5c\":%s", foreign)));
    expect(&world, STATUS_ACCEPTED, ",\"kid\":\"a\"");
    world.issuer.trust_anchors = LIST("/root.pem");
    expect(&world, STATUS_UNTRUSTED_CHAIN, ",\"kid\":\"a\"");
    world.store.set =
        text("{\"keys\":[%s]}", jwk_text(OWN, text(",\"kid\":\"a\",\"x5c\":%s", chain)));
    expect(&world, STATUS_ACCEPTED, ",\"kid\":\"a\"");
    assert_string_equal(world.verdict.signer, "0a0b");
    world.issuer.revocation = REVOCATION_REQUIRE;
    expect(&world, STATUS_REVOCATION_UNKNOWN, ",\"kid\":\"a\"");
    world.key = FOREIGN;
    world.store.set =
        text("{\"keys\":[%s]}", jwk_text(FOREIGN, text(",\"kid\":\"a\",\"x5c\":%s", chain)));
    expect(&world, STATUS_KEY_MISMATCH, ",\"kid\":\"a\"");
    /* a key without a chain counts by the set */
    world.store.set = text("{\"keys\":[%s]}", jwk_text(FOREIGN, ",\"kid\":\"a\""));
    expect(&world, STATUS_ACCEPTED, ",\"kid\":\"a\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kid),
        cmocka_unit_test(test_kid_key),
        cmocka_unit_test(test_bad_set),
        cmocka_unit_test(test_without_kid),
        cmocka_unit_test(test_set_with_chains),
    };

    return cmocka_run_group_tests(tests, key_world_make, key_world_remove);
}
