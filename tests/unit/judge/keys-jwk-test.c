/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "key-world.h"

/* --- jwk -------------------------------------------------------------------------------------- */

static void test_jwk_with_chain(void **state)
{
    WORLD_CLEANUP struct world world = make_world();
    const struct untrusted_chain one = make_chain(1, signer),
                                 two = make_chain(2, of_middle, middle);
    const char *print = quoted(thumbprint_text(signer, 20)),
               *print256 = quoted(thumbprint_text(signer, 32)),
               *other = quoted(thumbprint_text(of_middle, 20));

    (void)state;
    expect(&world, STATUS_KEY_SOURCE_NOT_ALLOWED, jwk_with_chain(OWN, one, ""));
    world.issuer.key_sources = LIST("jwk");
    expect(&world, STATUS_ACCEPTED, jwk_with_chain(OWN, one, ""));
    assert_string_equal(world.verdict.signer, "0a0b");
    assert_string_equal(world.verdict.revocation, "off");
    expect(&world, STATUS_ACCEPTED, jwk_with_chain(OWN, two, ""));
    expect(&world, STATUS_ACCEPTED, jwk_with_chain(OWN, one, ",\"use\":\"sig\",\"alg\":\"ES256\""));
    expect(&world, STATUS_BAD_KEY, jwk_with_chain(OWN, one, ",\"use\":\"enc\""));
    expect(&world, STATUS_BAD_KEY, jwk_with_chain(OWN, one, ",\"alg\":\"ES384\""));
    expect(&world, STATUS_BAD_KEY, jwk_with_chain(OWN, one, ",\"key_ops\":[\"sign\"]"));
    expect(&world, STATUS_BAD_KEY, jwk_with_chain(OWN, one, ",\"d\":\"AQ\""));
    assert_non_null(strstr(world.detail, "private member d"));
    expect(&world, STATUS_BAD_KEY, jwk_with_chain(OWN, one, ",\"k\":\"AQ\""));

    /* thumbprints, inside and outside */
    expect(&world, STATUS_ACCEPTED, jwk_with_chain(OWN, one, beside("x5t", print)));
    expect(&world, STATUS_ACCEPTED, jwk_with_chain(OWN, one, beside("x5t#S256", print256)));
    expect(&world, STATUS_THUMBPRINT_MISMATCH, jwk_with_chain(OWN, one, beside("x5t", other)));
    expect(&world, STATUS_THUMBPRINT_MISMATCH, jwk_with_chain(OWN, one, beside("x5t#S256", print)));
    expect(&world, STATUS_ACCEPTED,
           text("%s%s", jwk_with_chain(OWN, one, ""), beside("x5t", print)));
    expect(&world, STATUS_THUMBPRINT_MISMATCH,
           text("%s%s", jwk_with_chain(OWN, one, ""), beside("x5t", other)));
    expect(&world, STATUS_BAD_KEY, beside("jwk", jwk_text(OWN, ",\"x5c\":[]")));
    expect(&world, STATUS_BAD_KEY, beside("jwk", jwk_text(OWN, ",\"x5c\":null")));
    expect(&world, STATUS_BAD_KEY, beside("jwk", "null"));
    expect(&world, STATUS_BAD_KEY, beside("jwk", "[]"));
}

/* A genuine public chain beside a key of the attacker's, with which he signs. */
static void test_jwk_beside_foreign_chain(void **state)
{
    WORLD_CLEANUP struct world world = make_world();
    const struct untrusted_chain chain = make_chain(1, signer);

    (void)state;
    world.key = FOREIGN;
    world.issuer.key_sources = LIST("jwk", "x5c");
    expect(&world, STATUS_KEY_MISMATCH, jwk_with_chain(FOREIGN, chain, ""));
    expect(&world, STATUS_UNKNOWN_KEY,
           text(",\"x5c\":%s%s", x5c_text(&chain), beside("jwk", jwk_text(FOREIGN, ""))));
    world.issuer.key_sources = LIST("x5c", "jwk");
    expect(&world, STATUS_KEY_MISMATCH,
           text(",\"x5c\":%s%s", x5c_text(&chain), beside("jwk", jwk_text(FOREIGN, ""))));
    /* even a pinned key does not make somebody's chain its own */
    world.issuer.key_sources = LIST("jwk");
    world.issuer.pinned_keys = LIST(jwk_print(FOREIGN));
    expect(&world, STATUS_KEY_MISMATCH, jwk_with_chain(FOREIGN, chain, ""));
    world.issuer.trust_anchors = NO_LIST;
    expect(&world, STATUS_KEY_MISMATCH, jwk_with_chain(FOREIGN, chain, ""));
    expect(&world, STATUS_KEY_MISMATCH,
           text(",\"x5c\":%s%s", x5c_text(&chain), beside("jwk", jwk_text(FOREIGN, ""))));
}

static void test_jwk_under_cas(void **state)
{
    WORLD_CLEANUP struct world world = make_world();
    const struct untrusted_chain cas = make_chain(2, middle, root);
    const char *print = quoted(thumbprint_text(of_middle, 32));
    const char *named = text("%s%s", jwk_with_chain(OWN, cas, ""), beside("x5t#S256", print));

    (void)state;
    world.issuer.key_sources = LIST("jwk");
    expect(&world, STATUS_NO_KEY_SOURCE, jwk_with_chain(OWN, cas, ""));
    assert_non_null(strstr(world.detail, "CAs only"));
    expect(&world, STATUS_UNKNOWN_CERTIFICATE, named);
    assert_non_null(strstr(world.detail, "cert add"));
    world.store.files[0].named = of_middle;
    world.store.files[0].holds = make_chain(1, of_middle);
    world.store.file_count = 1;
    expect(&world, STATUS_ACCEPTED, named);
    expect(&world, STATUS_ACCEPTED, jwk_with_chain(OWN, cas, beside("x5t#S256", print)));
    expect(&world, STATUS_ACCEPTED,
           text("%s%s", jwk_with_chain(OWN, cas, ""),
                beside("x5t", quoted(thumbprint_text(of_middle, 20)))));
    /* without a way from the certificate to an anchor */
    expect(&world, STATUS_UNTRUSTED_CHAIN,
           text("%s%s", jwk_with_chain(OWN, make_chain(1, root), ""), beside("x5t#S256", print)));
    /* a key that the deployed certificate does not hold */
    world.key = FOREIGN;
    expect(&world, STATUS_KEY_MISMATCH,
           text("%s%s", jwk_with_chain(FOREIGN, cas, ""), beside("x5t#S256", print)));
}

static void test_jwk_alone(void **state)
{
    WORLD_CLEANUP struct world world = make_world();
    const char *own = beside("jwk", jwk_text(OWN, ",\"kid\":\"a\""));

    (void)state;
    world.issuer.key_sources = LIST("jwk");
    expect(&world, STATUS_UNKNOWN_KEY, own);
    assert_non_null(strstr(world.detail, jwk_print(OWN)));
    world.issuer.pinned_keys = LIST(jwk_print(FOREIGN), jwk_print(OWN));
    expect(&world, STATUS_ACCEPTED, own);
    assert_string_equal(world.verdict.signer, jwk_print(OWN));
    assert_string_equal(world.verdict.revocation, "pinned");
    world.issuer.trust_anchors = NO_LIST;
    expect(&world, STATUS_ACCEPTED, own);
    expect(&world, STATUS_ACCEPTED, jwk_with_chain(OWN, make_chain(1, signer), ""));
    expect(&world, STATUS_ACCEPTED, jwk_with_chain(OWN, make_chain(1, root), ""));
    world.key = FOREIGN;
    expect(&world, STATUS_BAD_SIGNATURE, own);
    world.key = NULL;
    world.issuer.pinned_keys = LIST(jwk_print(FOREIGN));
    expect(&world, STATUS_UNKNOWN_KEY, own);
    assert_int_equal(world.store.sets_asked, 0);
}

/* Trusted by its key in the issuer's set, never by its name there. */
static void test_jwk_in_set(void **state)
{
    WORLD_CLEANUP struct world world = make_world();
    const char *own = beside("jwk", jwk_text(OWN, ",\"kid\":\"a\""));

    (void)state;
    world.issuer.key_sources = LIST("jwk");
    world.issuer.jwks_file = STRING("/keys");
    world.store.local = true;
    world.store.set = text("{\"keys\":[%s,%s]}", jwk_text(FOREIGN, ",\"kid\":\"a\""),
                           jwk_text(OWN, ",\"kid\":\"b\""));
    expect(&world, STATUS_ACCEPTED, own);
    assert_string_equal(world.verdict.revocation, "jwks");
    world.store.set = text("{\"keys\":[%s]}", jwk_text(FOREIGN, ",\"kid\":\"a\""));
    expect(&world, STATUS_UNKNOWN_KEY, own);
    world.store.set =
        text("{\"keys\":[%s]}", jwk_text(FOREIGN, text(",\"of\":%s", jwk_text(OWN, ""))));
    expect(&world, STATUS_UNKNOWN_KEY, own);
    world.store.set = text("{\"keys\":[%s]}", jwk_text(OWN, ",\"kid\":\"a\",\"use\":\"enc\""));
    expect(&world, STATUS_UNKNOWN_KEY, own);
    world.store.set = text("{\"keys\":[%s,%s]}", jwk_text(OWN, ",\"use\":\"enc\""),
                           jwk_text(OWN, ",\"kid\":\"a\""));
    expect(&world, STATUS_ACCEPTED, own);
    world.issuer.jwks_file = STRING("");
    expect(&world, STATUS_UNKNOWN_KEY, own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jwk_with_chain), cmocka_unit_test(test_jwk_beside_foreign_chain),
        cmocka_unit_test(test_jwk_under_cas),  cmocka_unit_test(test_jwk_alone),
        cmocka_unit_test(test_jwk_in_set),
    };

    return cmocka_run_group_tests(tests, key_world_make, key_world_remove);
}
