/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "key-world.h"

/* --- x5t -------------------------------------------------------------------------------------- */

static void test_x5t(void **state)
{
    WORLD_CLEANUP struct world world = make_world();
    const char *print = thumbprint_text(of_middle, 20), *print256 = thumbprint_text(of_middle, 32);
    const struct untrusted_chain cas = make_chain(1, middle),
                                 whole = make_chain(2, of_middle, middle);

    (void)state;
    world.issuer.key_sources = LIST("x5t", "x5t#S256");
    expect(&world, STATUS_UNKNOWN_CERTIFICATE, beside("x5t", quoted(print)));
    assert_non_null(strstr(world.detail, print));
    deploy(&world, of_middle, whole);
    expect(&world, STATUS_ACCEPTED, beside("x5t", quoted(print)));
    expect(&world, STATUS_ACCEPTED, beside("x5t", quoted(text("%s=", print))));
    expect(&world, STATUS_ACCEPTED, beside("x5t", quoted(hex_of(of_middle, 20, true))));
    expect(&world, STATUS_ACCEPTED, beside("x5t", quoted(hex_of(of_middle, 20, false))));
    expect(&world, STATUS_ACCEPTED, beside("x5t#S256", quoted(print256)));
    expect(&world, STATUS_ACCEPTED, beside("x5t#S256", quoted(hex_of(of_middle, 32, true))));
    expect(&world, STATUS_UNKNOWN_CERTIFICATE, beside("x5t", quoted(print256)));
    expect(&world, STATUS_UNKNOWN_CERTIFICATE, beside("x5t#S256", quoted(print)));
    expect(&world, STATUS_UNKNOWN_CERTIFICATE, beside("x5t", "null"));
    expect(&world, STATUS_UNKNOWN_CERTIFICATE, beside("x5t", quoted(thumbprint_text(signer, 20))));

    /* the other members agree */
    expect(&world, STATUS_ACCEPTED,
           text("%s%s", beside("x5t", quoted(print)), beside("x5t#S256", quoted(print256))));
    expect(&world, STATUS_THUMBPRINT_MISMATCH,
           text("%s%s", beside("x5t", quoted(print)),
                beside("x5t#S256", quoted(thumbprint_text(signer, 32)))));
    expect(&world, STATUS_ACCEPTED,
           text("%s%s", beside("x5t", quoted(print)), beside("jwk", jwk_text(OWN, ""))));
    expect(&world, STATUS_KEY_MISMATCH,
           text("%s%s", beside("x5t", quoted(print)), beside("jwk", jwk_text(FOREIGN, ""))));
    expect(&world, STATUS_ACCEPTED,
           text("%s%s", beside("x5t", quoted(print)), beside("x5c", x5c_text(&whole))));
    expect(&world, STATUS_THUMBPRINT_MISMATCH,
           text("%s%s", beside("x5t", quoted(print)),
                beside("x5c", x5c_text(&(struct untrusted_chain){{signer}, 1}))));

    /* intermediates of the header's */
    deploy(&world, of_middle, make_chain(1, of_middle));
    expect(&world, STATUS_UNTRUSTED_CHAIN, beside("x5t", quoted(print)));
    expect(&world, STATUS_ACCEPTED,
           text("%s%s", beside("x5t", quoted(print)), beside("x5c", x5c_text(&cas))));
    expect(&world, STATUS_ACCEPTED,
           text("%s%s", beside("x5t", quoted(print)), beside("x5c", x5c_text(&whole))));

    /* what stands under a name that is not its own is no yes to anybody */
    deploy(&world, of_middle, make_chain(1, signer));
    expect(&world, STATUS_CONFIG_ERROR, beside("x5t", quoted(print)));
    deploy(&world, of_middle, make_chain(0));
    expect(&world, STATUS_CONFIG_ERROR, beside("x5t", quoted(print)));
    world.store.failure = STATUS_CONFIG_ERROR;
    expect(&world, STATUS_CONFIG_ERROR, beside("x5t", quoted(print)));
}

static void test_pinned_certificate(void **state)
{
    WORLD_CLEANUP struct world world = make_world();
    const char *named = beside("x5t", quoted(thumbprint_text(self, 20)));

    (void)state;
    world.issuer.key_sources = LIST("x5t");
    deploy(&world, self, make_chain(1, self));
    expect(&world, STATUS_UNTRUSTED_CHAIN, named);
    world.issuer.certificate_trust = CERTIFICATE_TRUST_PINNED;
    world.issuer.revocation = REVOCATION_REQUIRE;
    expect(&world, STATUS_ACCEPTED, named);
    assert_string_equal(world.verdict.revocation, "pinned");
    assert_string_equal(world.verdict.signer, "01");
    world.issuer.trust_anchors = NO_LIST;
    expect(&world, STATUS_ACCEPTED, named);
    world.key = FOREIGN;
    expect(&world, STATUS_BAD_SIGNATURE, named);
    world.key = NULL;

    /* its dates count */
    deploy(&world, outdated, make_chain(1, outdated));
    expect(&world, STATUS_CERTIFICATE_EXPIRED,
           beside("x5t", quoted(thumbprint_text(outdated, 20))));

    /* one that another has issued needs its chain */
    deploy(&world, signer, make_chain(1, signer));
    expect(&world, STATUS_UNTRUSTED_CHAIN, beside("x5t", quoted(thumbprint_text(signer, 20))));
    world.issuer.trust_anchors = LIST("/root.pem");
    expect(&world, STATUS_REVOCATION_UNKNOWN, beside("x5t", quoted(thumbprint_text(signer, 20))));
}

/* --- which source ----------------------------------------------------------------------------- */

static void test_first_source(void **state)
{
    WORLD_CLEANUP struct world world = make_world();
    const char *chain = beside("x5c", x5c_text(&(struct untrusted_chain){{signer}, 1}));

    (void)state;
    world.issuer.jwks_file = STRING("/keys");
    world.store.local = true;
    world.store.set = text("{\"keys\":[%s]}", jwk_text(FOREIGN, ",\"kid\":\"b\""));
    world.issuer.key_sources = LIST("x5c", "kid");
    expect(&world, STATUS_ACCEPTED, text("%s,\"kid\":\"b\"", chain));
    assert_int_equal(world.store.sets_asked, 0);
    world.issuer.key_sources = LIST("kid", "x5c");
    expect(&world, STATUS_KEY_MISMATCH, text("%s,\"kid\":\"b\"", chain));
    expect(&world, STATUS_UNKNOWN_KEY, text("%s,\"kid\":\"c\"", chain));
    expect(&world, STATUS_ACCEPTED, chain);
    world.issuer.key_sources = LIST("x5c");
    expect(&world, STATUS_ACCEPTED, text("%s,\"kid\":\"b\",\"jku\":\"https://a\"", chain));
    world.issuer.key_sources = LIST("kid", "jwk", "x5t", "x5t#S256");
    expect(&world, STATUS_KEY_SOURCE_NOT_ALLOWED, chain);
    expect(&world, STATUS_NO_KEY_SOURCE, ",\"jku\":\"https://a\",\"x5u\":\"https://a\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_x5t),
        cmocka_unit_test(test_pinned_certificate),
        cmocka_unit_test(test_first_source),
    };

    return cmocka_run_group_tests(tests, key_world_make, key_world_remove);
}
