/* SPDX-License-Identifier: BSD-3-Clause */
#include "verifier.h"

#include <stdio.h>

#include "../lib/secret.h"
#include "paths.h"

static const struct {
    enum status status;
    const char *why;
} failures[] = {
    [SPAWN_DIED] = {STATUS_INTERNAL_ERROR, "it ended before its verdict was complete"},
    [SPAWN_REPLIED] = {STATUS_INTERNAL_ERROR, "it sent something that is no verdict"},
    [SPAWN_TIMEOUT] = {STATUS_TIMEOUT, "it gave no verdict in time and was stopped"},
    [SPAWN_SANDBOXED] = {STATUS_INTERNAL_ERROR,
                         "it was stopped by its sandbox (see audit type=1326)"},
    [SPAWN_UNTRUSTED] = {STATUS_CONFIG_ERROR, "it is missing, not root's, or writable by others: "
                                              "install pam_jwt again"},
    [SPAWN_NO_MEMORY] = {STATUS_OUT_OF_MEMORY, "no memory to run it"},
    [SPAWN_FAILED] = {STATUS_SYSTEM_ERROR, "it cannot be run"},
};

static void fail(struct verifier_answer *answer, enum spawn_outcome outcome, int error)
{
    if (error != 0)
        (void)snprintf(answer->failure, sizeof(answer->failure), "%s: %s: errno %d",
                       paths_jwt_verify, failures[outcome].why, error);
    else
        (void)snprintf(answer->failure, sizeof(answer->failure), "%s: %s", paths_jwt_verify,
                       failures[outcome].why);
    answer->verdict = (struct wire_verdict){.status = failures[outcome].status,
                                            .detail = span_text(answer->failure)};
}

static void ask(const struct verifier_question *question, struct span setup, struct span request,
                struct verifier_answer *answer)
{
    const struct span messages[] = {setup, request};
    const struct spawn_call call = {
        .path = paths_jwt_verify,
        .also_trusted = question->also_trusted,
        .messages = messages,
        .message_count = 2,
        .file = -1,
        .deadline_ms = question->deadline_ms,
    };
    size_t len;
    int error;
    enum spawn_outcome outcome =
        spawn_ask(&call, answer->message, sizeof(answer->message), &len, &error);

    if (outcome != SPAWN_REPLIED ||
        !wire_get_verdict(span_of(answer->message, len), &answer->verdict))
        fail(answer, outcome, error);

    /* A yes counts only for the user that was asked about. */
    if (answer->verdict.status == STATUS_ACCEPTED &&
        !span_equal(answer->verdict.user, question->request.user))
        fail(answer, SPAWN_REPLIED, 0);
}

void verifier_ask(const struct verifier_question *question, struct verifier_answer *answer)
{
    SECRET_CLEANUP struct secret request = {0};
    unsigned char setup[WIRE_SETUP_MAX];
    size_t setup_len;

    fail(answer, SPAWN_DIED, 0);
    if (!secret_alloc(&request, WIRE_REQUEST_MAX)) {
        fail(answer, SPAWN_NO_MEMORY, 0);
        return;
    }
    setup_len = wire_put_setup(&question->setup, setup, sizeof(setup));
    request.len = wire_put_request(&question->request, request.ptr, request.size);
    if (setup_len > 0 && request.len > 0)
        ask(question, span_of(setup, setup_len), span_of(request.ptr, request.len), answer);
    else
        answer->verdict = (struct wire_verdict){.status = STATUS_TOO_LONG};
}
