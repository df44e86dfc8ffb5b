/* SPDX-License-Identifier: BSD-3-Clause */
#include "verify-world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

gnutls_x509_crt_t verify_root;
struct untrusted_chain verify_chain;

int make_certs(void **state)
{
    struct cert_plan plan;

    (void)state;
    verify_root = make_ca("root", 0, NULL, 0);
    verify_chain.certs[1] = make_ca("intermediate", 1, verify_root, 0);
    plan = plan_signer(make_key(KEY_P256, 2), verify_chain.certs[1], 1);
    plan.serial = "\x0a\x0b";
    verify_chain.certs[0] = make_cert(&plan);
    verify_chain.count = 2;
    return 0;
}

char *es256_token(const char *claims)
{
    return make_signed("ES256", GNUTLS_SIGN_ECDSA_SHA256, make_key(KEY_P256, 2), &verify_chain,
                       claims);
}

/* Another letter in the signature's first place; still base64url. */
void spoil_signature(char *token)
{
    char *first = strrchr(token, '.') + 1;

    *first = *first == 'A' ? 'B' : 'A';
}

/* The steps as "form issuer ...", the last one with its slug. */
static void listen(void *context, const char *step, enum status status, const char *detail)
{
    char *steps = context;

    assert_non_null(detail);
    if (status == STATUS_ACCEPTED)
        sprintf(steps + strlen(steps), "%s ", step);
    else
        sprintf(steps + strlen(steps), "%s:%s%s", step, status_slug(status),
                strcmp(step, "status") == 0 ? " " : "");
}

void outcome_free(struct outcome *outcome)
{
    verdict_free(&outcome->verdict);
}

enum status judge_with(const struct rules *rules, const char *token, const char *user,
                       struct memory_anchors anchors, struct outcome *outcome)
{
    struct anchor_source source = make_source(&anchors);
    struct answer_source answers = make_answer_source(&outcome->answers);
    struct judge_sources sources = {.anchors = &source, .answers = &answers};
    struct judge_request request = {.token = span_text(token),
                                    .user = user,
                                    .service = "sshd",
                                    .now = NOW,
                                    .fetching = outcome->fetching,
                                    .failures = outcome->failures};
    struct report report = {.step = listen, .context = outcome->steps};
    enum status status;

    outcome->steps[0] = '\0';
    memset(&outcome->verdict, 0xff, sizeof(outcome->verdict));
    status = judge(rules, &request, &sources, &report, &outcome->verdict);
    assert_int_equal(status, outcome->verdict.status);
    assert_int_equal(report.detail[0] == '\0', status == STATUS_ACCEPTED);
    strcpy(outcome->detail, report.detail);
    outcome->anchor_calls = anchors.calls;
    return status;
}

struct memory_anchors good_anchors(void)
{
    return (struct memory_anchors){.certs = {verify_root}, .count = 1};
}

void assert_steps(const char *token, const char *user, const struct issuer_rules *issuer,
                  const char *steps)
{
    struct issuer_rules copy = *issuer;
    struct rules rules = make_rules(&copy);
    OUTCOME_CLEANUP struct outcome outcome = {0};

    (void)judge_with(&rules, token, user, good_anchors(), &outcome);
    assert_string_equal(outcome.steps, steps);
    if (outcome.verdict.status != STATUS_ACCEPTED) {
        assert_null(outcome.verdict.user);
        assert_int_equal(outcome.verdict.expires, 0);
    }
}
