/* SPDX-License-Identifier: BSD-3-Clause */
#include "verify.h"

#include <stdio.h>
#include <stdlib.h>

#include "fetch-plan.h"
#include "json.h"
#include "replay.h"
#include "requirements.h"
#include "signature.h"
#include "token.h"

/* Everything that one judgement makes on its way; freed in one place. */
struct judgement {
    const struct rules *rules;
    const struct judge_request *request;
    const struct judge_sources *sources;
    const struct issuer_rules *issuer; /* from find_issuer() on */
    struct token token;
    struct key_choice choice;
    struct trusted_path *path; /* NULL: the key needs none */
    struct trusted_key *key;
    struct signed_claims *claims;
    struct identity *identity;
    struct verdict *verdict;
};

static enum status parse_token(struct judgement *j, struct report *report)
{
    return token_parse(j->request->token, &j->token, report);
}

/* RFC 8725 section 3.8: the issuer that the token names, before anything is believed of it */
static enum status find_issuer(struct judgement *j, struct report *report)
{
    struct span iss;

    if (!token_unverified_issuer(&j->token, &iss))
        return report_refuse(report, STATUS_MISSING_CLAIM, "iss: expected a string");
    for (size_t i = 0; i < j->rules->issuer_count; i++)
        if (span_equal(iss, span_text(j->rules->issuers[i].issuer)))
            j->issuer = &j->rules->issuers[i];
    if (!j->issuer)
        return report_refuse(report, STATUS_UNKNOWN_ISSUER,
                             "no section [issuer %.*s] is configured",
                             iss.len < 128 ? (int)iss.len : 128, (const char *)iss.ptr);
    j->verdict->issuer = strdup(j->issuer->issuer);
    return j->verdict->issuer ? STATUS_ACCEPTED : STATUS_OUT_OF_MEMORY;
}

static enum status check_algorithm(struct judgement *j, struct report *report)
{
    const char *name = alg_name(j->token.jws.alg);

    /* RFC 8725 section 3.1 */
    if (!string_list_has(&j->issuer->algorithms, name))
        return report_refuse(report, STATUS_ALG_NOT_ALLOWED, "alg %s is not in algorithms", name);
    return STATUS_ACCEPTED;
}

/* Whether a newer JWK Set of the issuer may say otherwise. */
static bool may_change(const struct judgement *j, enum status status)
{
    enum key_set set = j->choice.set;

    return (status == STATUS_UNKNOWN_KEY || status == STATUS_KEYS_UNAVAILABLE) &&
           (set == KEY_SET_NONE || set == KEY_SET_STALE || set == KEY_SET_FRESH);
}

/*
 * It is asked for only if nothing else that can be seen is against the token: anybody can write a
 * kid. What was asked for and did not come leaves the question open.
 */
static enum status wish_for_keys(struct judgement *j, enum status status, struct report *report)
{
    const struct judge_request *request = j->request;
    char detail[REPORT_DETAIL_MAX];

    (void)snprintf(detail, sizeof(detail), "%s", report->detail);
    if (request->fetching == FETCHING_TRIED)
        return report_refuse(report, STATUS_KEYS_UNAVAILABLE, "%s%s%s", detail,
                             request->failures && *request->failures ? "; " : "",
                             request->failures ? request->failures : "");
    if (request->fetching == FETCHING_OFF ||
        !policy_may_pass(&j->token, j->rules, j->issuer, request->service, request->now, report))
        return report_refuse(report, status, "%s", detail);
    if (!fetch_plan_add_keys(&j->verdict->plan, j->issuer))
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for what is to be fetched");
    return report_refuse(report, STATUS_KEYS_UNAVAILABLE, "%s: it is still to be fetched", detail);
}

static enum status select_key(struct judgement *j, struct report *report)
{
    const struct key_question question = {
        .token = &j->token,
        .issuer = j->issuer,
        .store = j->sources->keys,
        .now = j->request->now,
        .leeway = j->rules->leeway,
    };
    enum status status = keysource_choose(&question, &j->choice, report);

    return may_change(j, status) ? wish_for_keys(j, status, report) : status;
}

static enum status build_path(struct judgement *j, struct report *report)
{
    if (j->choice.key) {
        report_note(report, "not needed: %s", trusted_key_revocation(j->choice.key));
        return STATUS_ACCEPTED;
    }
    return trust_path(&j->choice.chain, j->issuer, j->sources->anchors, j->request->now, &j->path,
                      report);
}

static enum status make_key(struct judgement *j, struct report *report)
{
    const struct revocation_question question = {
        .issuer = j->issuer,
        .answers = j->sources->answers,
        .now = j->request->now,
        .leeway = j->rules->leeway,
        .fetching = j->request->fetching,
        .failures = j->request->failures,
    };

    if (!j->choice.key)
        return revocation_check(j->path, &question, &j->key, report);
    j->key = j->choice.key;
    j->choice.key = NULL; /* transferred */
    return STATUS_ACCEPTED;
}

static enum status check_revocation(struct judgement *j, struct report *report)
{
    enum status status = make_key(j, report);

    if (status != STATUS_ACCEPTED)
        return status;
    j->verdict->revocation = trusted_key_revocation(j->key);
    j->verdict->signer = strdup(trusted_key_name(j->key));
    if (!j->verdict->signer)
        return STATUS_OUT_OF_MEMORY;
    report_note(report, "%s", j->verdict->revocation);
    return STATUS_ACCEPTED;
}

/* sub is shown to people; it decides nothing here, so a NUL byte in it only cuts it short. */
static enum status check_signature(struct judgement *j, struct report *report)
{
    enum status status = signature_verify(&j->token, j->key, &j->claims, report);
    struct span sub;

    if (status != STATUS_ACCEPTED ||
        !json_string(json_member(signed_claims_object(j->claims), "sub"), &sub))
        return status;
    j->verdict->subject = strndup((const char *)sub.ptr, sub.len);
    return j->verdict->subject ? STATUS_ACCEPTED : STATUS_OUT_OF_MEMORY;
}

static enum status check_claims(struct judgement *j, struct report *report)
{
    return policy_check(j->claims, j->rules, j->issuer, j->request->service, j->request->now,
                        &j->identity, report);
}

static enum status check_user(struct judgement *j, struct report *report)
{
    return usermap_check(j->identity, j->issuer, j->sources->maps, j->request->user, report);
}

/* By now the user is known to be who has the token: he may be told what it lacks. */
static enum status check_requirements(struct judgement *j, struct report *report)
{
    enum status status =
        requirements_check(j->claims, j->identity, j->rules, j->issuer, j->request->now, report);

    j->verdict->may_tell = status > STATUS_ACCEPTED;
    return status;
}

static enum status check_replay(struct judgement *j, struct report *report)
{
    enum status status = replay_identify(j->claims, j->issuer, identity_expires(j->identity),
                                         j->rules->leeway, &j->verdict->replay, report);

    j->verdict->may_tell = status > STATUS_ACCEPTED;
    return status;
}

/*
 * The network comes last: chains are public, and anybody can put one beside garbage. The status of
 * a certificate that must be fetched is not known yet; a key of a JWK Set that has grown old may no
 * longer be in it.
 */
static enum status check_fetch(struct judgement *j, struct report *report)
{
    struct fetch_plan **plan = &j->verdict->plan;

    *plan = trusted_key_take_plan(j->key);
    if (j->choice.set == KEY_SET_STALE && j->request->fetching == FETCHING_POSSIBLE &&
        !fetch_plan_add_keys(plan, j->issuer))
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for what is to be fetched");
    if (!*plan)
        return STATUS_ACCEPTED;
    /* RFC 5280 section 6.3 */
    if (fetch_plan_is_about_revocation(*plan))
        return report_refuse(report, STATUS_REVOCATION_UNKNOWN,
                             "the status of a certificate is still to be fetched");
    /* RFC 7517 section 5 */
    return report_refuse(report, STATUS_KEYS_UNAVAILABLE,
                         "the issuer's JWK Set is older than jwks_fresh and still to be fetched");
}

/* The order matters: what is cheap and needs no key comes first, the chain before the signature. */
static const struct {
    const char *name;
    enum status (*run)(struct judgement *, struct report *);
} steps[] = {
    {"form", parse_token},          {"issuer", find_issuer},
    {"algorithm", check_algorithm}, {"key", select_key},
    {"chain", build_path},          {"revocation", check_revocation},
    {"signature", check_signature}, {"claims", check_claims},
    {"user", check_user},           {"requirements", check_requirements},
    {"replay", check_replay},       {"fetch", check_fetch},
};

/*
 * Lengths at which clients cut an answer: ssh after 1023 bytes, terminals after 4095. What is
 * refused before its signature is verified, and is exactly that long, was cut.
 */
static enum status explain_length(const struct judgement *j, enum status status,
                                  struct report *report)
{
    size_t len = j->request->token.len;

    if (status < 0 || j->claims || (len != 1023 && len != 4095))
        return status;
    /* RFC 7519 section 7.2 */
    return report_refuse(report, STATUS_TRUNCATED,
                         "%zu bytes is the most that %s passes on: let pam-jwt-askpass answer, "
                         "which sends a token in parts",
                         len, len == 1023 ? "ssh" : "a terminal");
}

/* What only an accepted token has. */
static enum status complete_verdict(struct judgement *j, struct report *report)
{
    struct verdict *verdict = j->verdict;
    enum status status =
        exports_make(j->claims, &j->issuer->export_claims, &verdict->exports, report);

    if (status != STATUS_ACCEPTED)
        return status;
    verdict->user = strdup(j->request->user);
    if (!verdict->user) {
        exports_free(&verdict->exports);
        return report_refuse(report, STATUS_OUT_OF_MEMORY, "no memory for the verdict");
    }
    verdict->expires = identity_expires(j->identity);
    verdict->valid_until = verdict->expires + j->rules->leeway;
    return STATUS_ACCEPTED;
}

static enum status run_steps(struct judgement *j, struct report *report)
{
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        enum status status;

        report->detail[0] = '\0';
        status = steps[i].run(j, report);
        if (status != STATUS_ACCEPTED)
            status = explain_length(j, status, report);
        report_step(report, steps[i].name, status);
        if (status != STATUS_ACCEPTED)
            return status;
    }
    return complete_verdict(j, report);
}

static void free_judgement(struct judgement *j)
{
    identity_free(&j->identity);
    signed_claims_free(&j->claims);
    trusted_key_free(&j->key);
    trust_path_free(&j->path);
    key_choice_free(&j->choice);
    token_free(&j->token);
}

enum status judge(const struct rules *rules, const struct judge_request *request,
                  const struct judge_sources *sources, struct report *report,
                  struct verdict *verdict)
{
    struct judgement judgement = {
        .rules = rules, .request = request, .sources = sources, .verdict = verdict};

    *verdict = (struct verdict){.status = STATUS_INTERNAL_ERROR};
    verdict->status = run_steps(&judgement, report);
    free_judgement(&judgement);
    return verdict->status;
}

void verdict_free(struct verdict *verdict)
{
    free(verdict->issuer);
    free(verdict->subject);
    free(verdict->user);
    free(verdict->signer);
    exports_free(&verdict->exports);
    fetch_plan_free(&verdict->plan);
    *verdict = (struct verdict){.status = STATUS_INTERNAL_ERROR};
}
