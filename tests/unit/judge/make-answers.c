/* SPDX-License-Identifier: BSD-3-Clause */
#include "make-answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../lib/der.h"
#include "make-token.h"

static gnutls_x509_crt_t make_middle(gnutls_x509_crt_t root, const struct extension_plan *extension)
{
    struct cert_plan plan = {.name = "ca",
                             .serial = CA_SERIAL,
                             .key = make_key(KEY_P256, 1),
                             .issuer = root,
                             .issuer_key = make_key(KEY_P256, 0),
                             .ca = true,
                             .usage = GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN};

    if (extension)
        plan.extensions[0] = *extension;
    return make_cert(&plan);
}

struct answer_world make_answer_world(const struct extension_plan *of_signer,
                                      const struct extension_plan *of_ca)
{
    struct answer_world world = {.root = make_ca("root", 0, NULL, 0)};
    struct cert_plan plan;

    world.ca = make_middle(world.root, of_ca);
    plan = plan_signer(make_key(KEY_P256, 2), world.ca, 1);
    plan.serial = SIGNER_SERIAL;
    if (of_signer) {
        plan.extensions[0] = of_signer[0];
        plan.extensions[1] = of_signer[1];
    }
    world.signer = make_cert(&plan);
    return world;
}

struct trusted_path *make_answer_path(const struct answer_world *world)
{
    struct memory_anchors anchors = {.certs = {world->root}, .count = 1};
    struct anchor_source source = make_source(&anchors);
    struct untrusted_chain chain = make_chain(2, world->signer, world->ca);
    struct issuer_rules issuer = make_issuer();
    struct trusted_path *path = NULL;
    struct report report = {0};

    if (make_path(&chain, &issuer, &source, NOW, &path, &report) != STATUS_ACCEPTED)
        fail_msg("%s", report.detail);
    return path;
}

struct answer crl_answer(const struct answer_world *world, bool about_ca, struct span entries)
{
    const struct crl_plan plan = {.issuer = about_ca ? world->root : world->ca,
                                  .key = make_key(KEY_P256, about_ca ? 0 : 1),
                                  .entries = entries};

    return (struct answer){ANSWER_CRL, make_crl(&plan), about_ca ? "/root.crl" : "/ca.crl"};
}

/* make_ocsp() keeps one at a time: its elements are made once more. */
static struct span keep(struct span der)
{
    struct span content;

    assert_true(der_take_tag(&der, 0x30, &content));
    return make_der(0x30, (const struct span[]){content, {NULL, 0}});
}

struct answer ocsp_answer(const struct answer_world *world, bool about_ca,
                          const struct single_plan *says)
{
    struct ocsp_plan plan = {.singles = {*says},
                             .count = 1,
                             .responder = about_ca ? world->root : world->ca,
                             .key = make_key(KEY_P256, about_ca ? 0 : 1)};

    plan.singles[0].cert = about_ca ? world->ca : world->signer;
    plan.singles[0].issuer = plan.responder;
    return (struct answer){ANSWER_OCSP, keep(make_ocsp(&plan)),
                           about_ca ? "http://root/" : "http://ca/"};
}

/* Each gives bytes that are gone when look() returns, as a host's files may be. */
static enum status each(void *context, const struct issuer_rules *issuer,
                        const struct answer_query *query,
                        void (*look)(void *look_context, const struct answer *answer),
                        void *look_context, struct report *report)
{
    struct memory_answers *answers = context;

    (void)issuer;
    if (answers->calls++ == 0) {
        answers->query = *query;
        memcpy(answers->request_bytes, query->ocsp_request.ptr, query->ocsp_request.len);
        answers->request = span_of(answers->request_bytes, query->ocsp_request.len);
    }
    if (answers->failure != STATUS_ACCEPTED)
        return report_refuse(report, answers->failure, "the source failed");
    for (unsigned i = 0; i < answers->count; i++) {
        char origin[64] = {0};
        struct answer given = answers->items[i];

        strncpy(origin, given.origin, sizeof(origin) - 1);
        given.origin = origin;
        look(look_context, &given);
        memset(origin, 'x', sizeof(origin) - 1);
    }
    return STATUS_ACCEPTED;
}

struct answer_source make_answer_source(struct memory_answers *answers)
{
    return (struct answer_source){each, answers};
}
