/* SPDX-License-Identifier: BSD-3-Clause */
#include "replay-client.h"

#include <errno.h>
#include <pthread.h>

#include "paths.h"
#include "spawn-failure.h"

static enum spawn_outcome spend(const struct replay_question *question,
                                struct replay_answer *answer, size_t *len, int *error)
{
    unsigned char setup_message[WIRE_SETUP_MAX], spend_message[WIRE_SPEND_MAX];
    struct wire_setup setup = question->setup;
    struct span messages[2];
    const struct spawn_call call = {
        .path = paths_jwt_replay,
        .also_trusted = question->also_trusted,
        .messages = messages,
        .message_count = 2,
        .file = -1,
        .deadline_ms = question->deadline_ms,
    };

    setup.timeout_ms = spawn_ms_left(question->deadline_ms);
    messages[0] =
        span_of(setup_message, wire_put_setup(&setup, setup_message, sizeof(setup_message)));
    messages[1] = span_of(spend_message,
                          wire_put_spend(&question->spend, spend_message, sizeof(spend_message)));
    if (messages[0].len == 0 || messages[1].len == 0)
        return SPAWN_FAILED;
    return spawn_ask(&call, answer->message, sizeof(answer->message), len, error);
}

static void ask(const struct replay_question *question, struct replay_answer *answer)
{
    struct wire_verdict verdict = {.status = STATUS_INTERNAL_ERROR};
    enum spawn_outcome outcome = SPAWN_TIMEOUT;
    size_t len = 0;
    int error = 0;

    if (spawn_now_ms() < question->deadline_ms)
        outcome = spend(question, answer, &len, &error);
    if (outcome == SPAWN_REPLIED && wire_get_verdict(span_of(answer->message, len), &verdict)) {
        answer->verdict = (struct wire_verdict){
            .status = verdict.status, .detail = verdict.detail, .warning = verdict.warning};
        return;
    }
    answer->verdict =
        (struct wire_verdict){.status = spawn_failure(paths_jwt_replay, "answer", outcome, error,
                                                      answer->failure, sizeof(answer->failure))};
    answer->verdict.detail = span_text(answer->failure);
}

void replay_ask(const struct replay_question *question, struct replay_answer *answer)
{
    int saved = errno, state = 0;

    /* A cancelled thread would leave the socket behind, and not know whether the token is spent. */
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    ask(question, answer);
    (void)pthread_setcancelstate(state, NULL);
    errno = saved;
}
