/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * jwt-verify: judges one token and ends. Run by pam_jwt.so and pam-jwt explain with a socket as
 * descriptor 3, from which it reads setup and request and to which it writes one verdict
 * (sys/wire.h).
 *
 * The order is the point: configuration, anchors and all other files are opened first, then
 * the process seals itself, and only then reads the first byte of the token.
 */
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../lib/json.h"
#include "../lib/secret.h"
#include "../lib/verify.h"
#include "../sys/anchors.h"
#include "../sys/answer-files.h"
#include "../sys/config-service.h"
#include "../sys/key-files.h"
#include "../sys/paths.h"
#include "../sys/sandbox.h"
#include "../sys/usermap-files.h"
#include "../sys/wire.h"
#include "message.h"
#include "steps.h"
#include "wishes.h"

#define FETCHED 4         /* if setup.fetched */
#define FAILURES_MAX 1024 /* bytes */
#define WARNING_MAX 1024
#define SETUP_SECONDS 60 /* until the setup says how long */

/* All that lives between the messages. */
struct helper {
    unsigned char setup_message[WIRE_SETUP_MAX];
    struct wire_setup setup; /* spans point into setup_message */
    char service[256];
    char failures[FAILURES_MAX]; /* of setup, on one line */
    struct rules *rules;
    struct anchor_files *anchors;
    struct answer_files *answers;
    struct key_files *keys;
    struct usermap_files *maps;
    struct sandbox_result sandbox;
    struct secret request_message;
    struct wire_request request; /* spans point into request_message */
    char user[WIRE_REQUEST_MAX];
    struct steps steps;
    struct wishes wishes;
    char token_id[13];
    char warning[WARNING_MAX]; /* for the log; "" if there is nothing to say */
};

static int reply(struct wire_verdict *verdict, const struct helper *helper)
{
    static unsigned char message[WIRE_VERDICT_MAX];

    verdict->warning = span_text(helper->warning);
    return message_reply(span_of(message, wire_put_verdict(verdict, message, sizeof(message))));
}

static int reply_error(enum status status, const char *detail, const struct helper *helper)
{
    struct wire_verdict verdict = {.status = status, .detail = span_text(detail)};

    return reply(&verdict, helper);
}

static void warn(struct helper *helper, const char *label, const char *text)
{
    size_t len = strlen(helper->warning);

    if (*text)
        (void)snprintf(helper->warning + len, WARNING_MAX - len, "%s%s%s", len > 0 ? "; " : "",
                       label, text);
}

/* "; " between lines; what does not fit is left out. */
static void join_lines(struct span lines, char *out, size_t size)
{
    size_t len = 0;

    for (size_t i = 0; i < lines.len && len + 3 < size; i++) {
        if (lines.ptr[i] != '\n') {
            out[len++] = (char)lines.ptr[i];
        } else if (i + 1 < lines.len) {
            out[len++] = ';';
            out[len++] = ' ';
        }
    }
    out[len] = '\0';
}

/* Rounds up. */
static unsigned seconds(uint32_t ms)
{
    return ms / 1000 + 1;
}

static bool receive_setup(struct helper *helper)
{
    struct span message;

    alarm(SETUP_SECONDS);
    if (!message_receive(helper->setup_message, sizeof(helper->setup_message), &message) ||
        !wire_get_setup(message, &helper->setup) ||
        !message_copy_text(helper->setup.service, helper->service, sizeof(helper->service)))
        return false;
    join_lines(helper->setup.failures, helper->failures, sizeof(helper->failures));
    alarm(seconds(helper->setup.timeout_ms));
    return true;
}

static bool load(struct helper *helper, struct config_error *error)
{
    uid_t also_trusted = helper->setup.trust_caller ? geteuid() : 0;
    struct safefile_error why = {""};
    char path[4096];

    if (!message_copy_text(helper->setup.config, path, sizeof(path)))
        return false;
    helper->rules = config_load(path, also_trusted, error);
    if (!helper->rules)
        return false;
    if (!config_service_tighten(helper->rules, helper->service)) {
        (void)snprintf(error->text, sizeof(error->text), "%s: no memory to read it", path);
        return false;
    }
    helper->anchors = anchors_open(helper->rules, paths_cache, also_trusted, &why);
    if (helper->anchors)
        helper->keys = key_files_open(helper->rules, paths_cache,
                                      helper->setup.fetched ? FETCHED : -1, also_trusted, &why);
    if (helper->keys)
        helper->answers = answer_files_open(
            helper->rules, paths_cache, helper->setup.fetched ? FETCHED : -1, also_trusted, &why);
    if (helper->answers)
        helper->maps = usermap_files_open(helper->rules, paths_cache, also_trusted, &why);
    if (!helper->maps)
        (void)snprintf(error->text, sizeof(error->text), "%s", why.text);
    return helper->maps != NULL;
}

/* What the libraries open or ask the kernel for on first use. */
static bool warm_up(struct helper *helper)
{
    static const char text[] = "{\"exp\":1.5}";
    JSON_CLEANUP struct json_object *object = NULL;
    struct report report = {.detail = ""};
    unsigned char byte;

    tzset();
    return json_parse(span_text(text), "warm-up", &object, &report) == STATUS_ACCEPTED &&
           gnutls_rnd(GNUTLS_RND_NONCE, &byte, sizeof(byte)) == 0 &&
           secret_alloc(&helper->request_message, WIRE_REQUEST_MAX);
}

static bool receive_request(struct helper *helper)
{
    struct span message;

    return message_receive(helper->request_message.ptr, helper->request_message.size, &message) &&
           wire_get_request(message, &helper->request) &&
           message_copy_text(helper->request.user, helper->user, sizeof(helper->user));
}

/* Names the token in logs without giving it away. */
static void name_token(struct helper *helper)
{
    unsigned char digest[32];

    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, helper->request.token.ptr, helper->request.token.len,
                         digest) != 0)
        return;
    for (size_t i = 0; i < 6; i++)
        (void)snprintf(helper->token_id + 2 * i, 3, "%02x", digest[i]);
}

static enum fetching fetching(const struct wire_setup *setup)
{
    if (setup->fetched)
        return FETCHING_TRIED;
    return setup->may_fetch ? FETCHING_POSSIBLE : FETCHING_OFF;
}

static int judge_and_reply(struct helper *helper)
{
    const struct judge_request request = {
        .token = helper->request.token,
        .user = helper->user,
        .service = helper->service,
        .now = helper->setup.has_time ? helper->setup.time : (int64_t)time(NULL),
        .fetching = fetching(&helper->setup),
        .failures = helper->failures,
    };
    struct anchor_source anchors = anchors_source(helper->anchors);
    struct answer_source answers = answer_files_source(helper->answers);
    struct key_store keys = key_files_store(helper->keys);
    struct usermap_source maps = usermap_files_source(helper->maps);
    const struct judge_sources sources = {
        .anchors = &anchors, .answers = &answers, .keys = &keys, .maps = &maps};
    struct report report = {.step = helper->setup.explain ? steps_add : NULL,
                            .context = &helper->steps};
    VERDICT_CLEANUP struct verdict verdict;

    name_token(helper);
    judge(helper->rules, &request, &sources, &report, &verdict);
    warn(helper, "not exported: ", verdict.exports.left_out);
    return reply(
        &(struct wire_verdict){
            .status = verdict.status,
            .expires = verdict.expires,
            .valid_until = verdict.valid_until,
            .may_tell = verdict.may_tell,
            .detail = span_text(report.detail),
            .token_id = span_text(helper->token_id),
            .issuer = span_text(verdict.issuer),
            .subject = span_text(verdict.subject),
            .user = span_text(verdict.user),
            .replay_id = span_text(verdict.replay.id),
            .replay_until = verdict.replay.until,
            .signer = span_text(verdict.signer),
            .revocation = span_text(verdict.revocation),
            .exports = span_text(verdict.exports.variables),
            .steps = span_of(helper->steps.text, helper->steps.len),
            .wishes = wishes_of(verdict.plan, &helper->wishes),
        },
        helper);
}

static bool seal(struct helper *helper)
{
    int cache = answer_files_directory(helper->answers);
    struct sandbox_directories readable = {{0}, 0};
    bool sealed;

    readable.count = anchors_directories(helper->anchors, readable.fds);
    if (cache >= 0)
        readable.fds[readable.count++] = cache;
    readable.count += key_files_directories(helper->keys, readable.fds + readable.count);
    sealed = sandbox_enter(paths_unprivileged, seconds(helper->setup.timeout_ms), &readable,
                           &helper->sandbox);
    warn(helper, "", helper->sandbox.warning);
    return sealed;
}

static int run(struct helper *helper)
{
    struct config_error error = {""};

    if (!receive_setup(helper))
        return 1;
    if (!load(helper, &error))
        return reply_error(STATUS_CONFIG_ERROR, error.text, helper);
    if (!warm_up(helper))
        return reply_error(STATUS_OUT_OF_MEMORY, "", helper);
    if (!seal(helper))
        return reply_error(STATUS_CONFIG_ERROR, helper->sandbox.error, helper);
    return receive_request(helper) ? judge_and_reply(helper) : 1;
}

int main(void)
{
    static struct helper helper;
    int result = run(&helper);

    secret_free(&helper.request_message);
    usermap_files_close(&helper.maps);
    key_files_close(&helper.keys);
    answer_files_close(&helper.answers);
    anchors_close(&helper.anchors);
    config_free(&helper.rules);
    return result;
}
