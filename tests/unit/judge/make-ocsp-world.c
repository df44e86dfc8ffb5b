/* SPDX-License-Identifier: BSD-3-Clause */
#include "make-ocsp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../lib/ocsp.h"

#define BYTES(literal) span_of(literal, sizeof(literal) - 1)

struct ocsp_world make_ocsp_world(void)
{
    struct ocsp_world world = {.ca = make_ca("ca", 0, NULL, 0),
                               .same_ca = make_ca("ca", 1, NULL, 0),
                               .other_ca = make_ca("other", 1, NULL, 0)};
    struct cert_plan plan = plan_signer(make_key(KEY_P256, 2), world.ca, 0);

    plan.serial = "leaf";
    world.leaf = make_cert(&plan);
    plan.serial = "neighbour";
    world.neighbour = make_cert(&plan);
    world.question = (struct evidence_question){world.leaf, world.ca, NOW, 60, 7200};
    return world;
}

struct ocsp_plan plan_ocsp(const struct ocsp_world *world)
{
    return (struct ocsp_plan){.singles = {{.cert = world->leaf, .issuer = world->ca}},
                              .count = 1,
                              .responder = world->ca,
                              .key = make_key(KEY_P256, 0)};
}

struct cert_plan plan_delegate(const struct ocsp_world *world)
{
    return (struct cert_plan){
        .name = "responder",
        .serial = "responder",
        .key = make_key(KEY_P256, 2),
        .issuer = world->ca,
        .issuer_key = make_key(KEY_P256, 0),
        .usage = GNUTLS_KEY_DIGITAL_SIGNATURE,
        .purpose = {GNUTLS_KP_OCSP_SIGNING},
        .extensions = {{"1.3.6.1.5.5.7.48.1.5", BYTES("\x05\x00"), false}},
    };
}

struct ocsp_plan plan_delegated(const struct ocsp_world *world, const struct cert_plan *delegate)
{
    struct ocsp_plan plan = plan_ocsp(world);

    plan.responder = plan.certs[0] = make_cert(delegate);
    plan.key = delegate->key;
    return plan;
}

void assert_ocsp_bytes(const struct ocsp_world *world, struct span der,
                       enum certificate_status expected, const char *detail)
{
    static const char *const names[] = {"unknown", "good", "revoked"};
    unsigned char *exact = malloc(der.len + !der.len); /* so that a read past its end is seen */
    struct evidence evidence;

    assert_non_null(exact);
    if (der.len > 0)
        memcpy(exact, der.ptr, der.len);
    memset(&evidence, 0xff, sizeof(evidence));
    ocsp_look_up(span_of(exact, der.len), &world->question, &evidence);
    free(exact);
    if (evidence.status != expected)
        fail_msg("expected %s, found %s: %s", names[expected], names[evidence.status],
                 evidence.detail);
    if (expected == CERTIFICATE_GOOD)
        assert_string_equal(evidence.detail, "");
    else if (!evidence.detail[0] || !strstr(evidence.detail, detail))
        fail_msg("expected '%s' in '%s'", detail, evidence.detail);
    assert_int_equal(evidence.this_update != 0, expected != CERTIFICATE_UNKNOWN);
    assert_int_equal(evidence.next_update != 0, expected != CERTIFICATE_UNKNOWN);
}

void assert_ocsp(const struct ocsp_world *world, const struct ocsp_plan *plan,
                 enum certificate_status expected, const char *detail)
{
    assert_ocsp_bytes(world, make_ocsp(plan), expected, detail);
}
