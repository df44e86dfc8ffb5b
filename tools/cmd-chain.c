/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <time.h>

#include "../lib/revocation.h"
#include "../lib/untrusted-chain.h"
#include "chain-sources.h"
#include "colour.h"
#include "command.h"
#include "explanation.h"

/* As the configuration has them by default. */
#define OCSP_MAX_AGE 3600 /* seconds */
#define LEEWAY 60         /* seconds */

#define STEPS (3 + CHAIN_MAX) /* key, chain, status of each certificate, revocation */

struct settings {
    const char *anchors;
    struct option_time at;
    const char *revocation;
    struct option_list crls, responses;
    const char *purpose;
    unsigned rsa_bits_min;
    bool json;
    struct operands certificates;
};

static const struct option_row options[] = {
    {"anchors", "FILE", OPTION_TEXT, true, offsetof(struct settings, anchors), "the trust anchors"},
    {"at", "TIME", OPTION_TIME, false, offsetof(struct settings, at),
     "judge at that time, RFC 3339 or seconds (now)"},
    {"revocation", "MODE", OPTION_TEXT, false, offsetof(struct settings, revocation),
     "require, prefer or off (require)"},
    {"crl", "FILE", OPTION_LIST, false, offsetof(struct settings, crls), "a CRL"},
    {"ocsp", "FILE", OPTION_LIST, false, offsetof(struct settings, responses), "an OCSP response"},
    {"eku", "OID", OPTION_TEXT, false, offsetof(struct settings, purpose),
     "the signer's extended key usage must have it"},
    {"min-rsa-bits", "N", OPTION_BITS, false, offsetof(struct settings, rsa_bits_min),
     "accept RSA keys of that length (2048)"},
    {"json", NULL, OPTION_FLAG, false, offsetof(struct settings, json), "print one JSON object"},
};

struct inputs {
    struct der_files certificates, anchors;
    struct chain_answers answers;
};

/* Steps in words that outlive the judgement. */
struct notes {
    struct explanation *explanation;
    char details[STEPS][REPORT_DETAIL_MAX];
};

static void note_step(void *context, const char *step, enum status status, const char *detail)
{
    struct notes *notes = context;
    size_t index = notes->explanation->step_count;

    if (index == STEPS)
        return;
    (void)snprintf(notes->details[index], REPORT_DETAIL_MAX, "%s", detail);
    explanation_add_step(notes->explanation,
                         (struct explanation_step){span_text(step), span_text(status_slug(status)),
                                                   span_text(notes->details[index])});
}

/* --- files ------------------------------------------------------------------------------------ */

static enum status read_list(struct der_files *files, const struct option_list *list,
                             const char *label, struct report *report)
{
    enum status status = STATUS_ACCEPTED;

    for (size_t i = 0; i < list->count && status == STATUS_ACCEPTED; i++)
        status = der_files_read(files, list->items[i], label, report);
    return status;
}

/* What is wrong with a file that the caller trusts is no fault of the chain. */
static enum status read_trusted(const struct settings *settings, struct inputs *inputs,
                                struct report *report)
{
    enum status status = der_files_read(&inputs->anchors, settings->anchors, "CERTIFICATE", report);

    if (status == STATUS_ACCEPTED)
        status = read_list(&inputs->answers.crls, &settings->crls, "X509 CRL", report);
    if (status == STATUS_ACCEPTED)
        status =
            read_list(&inputs->answers.responses, &settings->responses, "OCSP RESPONSE", report);
    return status == STATUS_BAD_KEY ? STATUS_CONFIG_ERROR : status;
}

static enum status read_certificates(struct der_files *files, const struct operands *paths,
                                     struct report *report)
{
    enum status status = STATUS_ACCEPTED;

    for (size_t i = 0; i < paths->count && status == STATUS_ACCEPTED; i++)
        status = der_files_read(files, paths->items[i], "CERTIFICATE", report);
    return status;
}

static enum status take_chain(const struct settings *settings, struct inputs *inputs,
                              struct untrusted_chain *chain, struct report *report)
{
    struct span certificates[CHAIN_MAX];
    enum status status = read_trusted(settings, inputs, report);

    if (status == STATUS_ACCEPTED)
        status = read_certificates(&inputs->certificates, &settings->certificates, report);
    if (status != STATUS_ACCEPTED)
        return status;
    for (size_t i = 0; i < inputs->certificates.count && i < CHAIN_MAX; i++)
        certificates[i] = der_files_span(&inputs->certificates, i);
    return untrusted_chain_of(certificates, inputs->certificates.count, chain, report);
}

/* --- judgement -------------------------------------------------------------------------------- */

static enum status check_revocation(const struct trusted_path *path,
                                    const struct issuer_rules *rules, struct inputs *inputs,
                                    int64_t now, struct report *report)
{
    struct answer_source answers = chain_answer_source(&inputs->answers);
    struct revocation_question question = {.issuer = rules,
                                           .answers = &answers,
                                           .now = now,
                                           .leeway = LEEWAY,
                                           .fetching = FETCHING_OFF};
    TRUSTED_KEY_CLEANUP struct trusted_key *key = NULL;
    enum status status = revocation_check(path, &question, &key, report);

    if (status == STATUS_ACCEPTED)
        report_note(report, "%s", trusted_key_revocation(key));
    return status;
}

static enum status judge(const struct settings *settings, const struct issuer_rules *rules,
                         int64_t now, struct inputs *inputs, struct report *report)
{
    UNTRUSTED_CHAIN_CLEANUP struct untrusted_chain chain = {.count = 0};
    TRUSTED_PATH_CLEANUP struct trusted_path *path = NULL;
    struct anchor_source anchors = chain_anchor_source(&inputs->anchors);
    enum status status = report_step(report, "key", take_chain(settings, inputs, &chain, report));

    if (status == STATUS_ACCEPTED)
        status =
            report_step(report, "chain", trust_path(&chain, rules, &anchors, now, &path, report));
    if (status == STATUS_ACCEPTED)
        status =
            report_step(report, "revocation", check_revocation(path, rules, inputs, now, report));
    return status;
}

static int print(const struct settings *settings, const struct explanation *explanation)
{
    enum status status = explanation->verdict.status;

    if (settings->json)
        explanation_print_json(explanation, stdout);
    else
        explanation_print(explanation, colour_wanted(), stdout);
    if (fflush(stdout) != 0)
        return COMMAND_UNDECIDED;
    return status == STATUS_ACCEPTED ? COMMAND_OK : status > 0 ? COMMAND_NO : COMMAND_UNDECIDED;
}

static int judge_and_print(const struct settings *settings, const struct issuer_rules *rules)
{
    struct inputs inputs = {.anchors.count = 0};
    struct explanation explanation = {.time =
                                          settings->at.given ? settings->at.seconds : time(NULL)};
    struct notes notes = {.explanation = &explanation};
    struct report report = {.step = note_step, .context = &notes};
    int exit_code;

    explanation.verdict.status = judge(settings, rules, explanation.time, &inputs, &report);
    explanation.verdict.detail = span_text(report.detail);
    exit_code = print(settings, &explanation);
    der_files_free(&inputs.certificates);
    der_files_free(&inputs.anchors);
    chain_answers_free(&inputs.answers);
    return exit_code;
}

/* --- command line ----------------------------------------------------------------------------- */

static bool read_mode(const char *word, enum revocation_mode *mode)
{
    static const char *const names[] = {
        [REVOCATION_REQUIRE] = "require", [REVOCATION_PREFER] = "prefer", [REVOCATION_OFF] = "off"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(word, names[i]) == 0) {
            *mode = (enum revocation_mode)i;
            return true;
        }
    return false;
}

static int run(int argc, char **argv)
{
    static char any_signer[] = "*", usage[] = "digitalSignature", none[] = "";
    char *names[] = {any_signer}, *usages[] = {usage}, *purposes[] = {NULL};
    struct settings settings = {.revocation = "require"};
    struct issuer_rules rules = {.issuer = none,
                                 .signer_names = {names, 1},
                                 .signer_key_usage = {usages, 1},
                                 .ocsp_responder = none,
                                 .ocsp_max_age = OCSP_MAX_AGE};
    int exit_code;

    if (!command_parse(&command_chain, argc, argv, &settings, &exit_code))
        return exit_code;
    if (!read_mode(settings.revocation, &rules.revocation))
        return command_usage(&command_chain,
                             "--revocation: expected require, prefer or off, found '%s'",
                             settings.revocation);
    purposes[0] = (char *)settings.purpose;
    rules.signer_eku = (struct string_list){purposes, settings.purpose ? 1 : 0};
    rules.rsa_bits_min = settings.rsa_bits_min;
    return judge_and_print(&settings, &rules);
}

const struct command command_chain = {
    .name = "chain",
    .summary = "judge a chain of certificates as that of a token would be",
    .tail = " CERT...",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .operands = "CERT",
    .operands_offset = offsetof(struct settings, certificates),
    .run = run,
};
