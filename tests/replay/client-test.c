/* SPDX-License-Identifier: BSD-3-Clause */
/* What is made of jwt-replay's answer, or of none. */
#include "../../sys/replay-client.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ID "00000000000000000000000000000000000000000000000000000000000000af"

/* What spawn_ask() says, and what it was asked. */
static enum spawn_outcome outcome;
static unsigned char reply_bytes[WIRE_VERDICT_MAX];
static size_t reply_length;
static struct wire_setup setup;
static struct wire_spend spend;
static unsigned calls;

enum spawn_outcome __wrap_spawn_ask(const struct spawn_call *call, unsigned char *reply,
                                    size_t size, size_t *reply_len, int *error);

enum spawn_outcome __wrap_spawn_ask(const struct spawn_call *call, unsigned char *reply,
                                    size_t size, size_t *reply_len, int *error)
{
    int state = 0;

    calls++;
    errno = EBADF;
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    assert_int_equal(state, PTHREAD_CANCEL_DISABLE);
    assert_int_equal(call->message_count, 2);
    assert_int_equal(call->file, -1);
    assert_true(wire_get_setup(call->messages[0], &setup));
    assert_true(wire_get_spend(call->messages[1], &spend));
    assert_true(reply_length <= size);
    memcpy(reply, reply_bytes, reply_length);
    *reply_len = reply_length;
    *error = 0;
    return outcome;
}

static void set_reply(enum spawn_outcome said, const struct wire_verdict *verdict)
{
    outcome = said;
    reply_length = wire_put_verdict(verdict, reply_bytes, sizeof(reply_bytes));
}

/* The host's thread is as it was. */
static enum status ask(int64_t milliseconds, struct replay_answer *answer)
{
    int state = 0;

    memset(answer, 0xff, sizeof(*answer));
    calls = 0;
    errno = EXDEV;
    replay_ask(&(struct replay_question){.setup = {.timeout_ms = 5, .config = span_text("/c")},
                                         .spend = {.id = span_text(ID), .until = 9},
                                         .deadline_ms = spawn_now_ms() + milliseconds},
               answer);
    assert_int_equal(errno, EXDEV);
    assert_int_equal(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state), 0);
    assert_int_equal(state, PTHREAD_CANCEL_ENABLE);
    return answer->verdict.status;
}

static void a_yes(void **state)
{
    static struct replay_answer answer;

    (void)state;
    set_reply(SPAWN_REPLIED, &(struct wire_verdict){.status = STATUS_ACCEPTED});
    assert_int_equal(ask(60000, &answer), STATUS_ACCEPTED);
    assert_int_equal(calls, 1);
    assert_true(setup.timeout_ms > 30000 && setup.timeout_ms <= 60000);
    assert_true(span_equal(setup.config, span_text("/c")));
    assert_true(span_equal(spend.id, span_text(ID)) && spend.until == 9);
}

/* Of other fields than status, detail and warning nothing gets through. */
static void a_no(void **state)
{
    static struct replay_answer answer;

    (void)state;
    set_reply(SPAWN_REPLIED, &(struct wire_verdict){.status = STATUS_REPLAYED,
                                                    .valid_until = 5,
                                                    .detail = span_text("why"),
                                                    .user = span_text("root"),
                                                    .warning = span_text("warning")});
    assert_int_equal(ask(60000, &answer), STATUS_REPLAYED);
    assert_true(span_equal(answer.verdict.detail, span_text("why")));
    assert_true(span_equal(answer.verdict.warning, span_text("warning")));
    assert_int_equal(answer.verdict.user.len, 0);
    assert_int_equal(answer.verdict.valid_until, 0);
}

/* Whatever is in the buffer. */
static void no_reply(void **state)
{
    static const struct {
        enum spawn_outcome outcome;
        enum status status;
    } rows[] = {
        {SPAWN_DIED, STATUS_INTERNAL_ERROR},      {SPAWN_TIMEOUT, STATUS_TIMEOUT},
        {SPAWN_SANDBOXED, STATUS_INTERNAL_ERROR}, {SPAWN_UNTRUSTED, STATUS_CONFIG_ERROR},
        {SPAWN_NO_MEMORY, STATUS_OUT_OF_MEMORY},  {SPAWN_FAILED, STATUS_SYSTEM_ERROR},
    };
    static struct replay_answer answer;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        set_reply(rows[i].outcome, &(struct wire_verdict){.status = STATUS_ACCEPTED});
        assert_int_equal(ask(60000, &answer), rows[i].status);
        assert_true(answer.verdict.detail.len > 0);
    }
}

static void half_a_reply(void **state)
{
    static struct replay_answer answer;

    (void)state;
    set_reply(SPAWN_REPLIED, &(struct wire_verdict){.status = STATUS_ACCEPTED});
    reply_length--;
    assert_int_equal(ask(60000, &answer), STATUS_INTERNAL_ERROR);
    reply_length += 2;
    assert_int_equal(ask(60000, &answer), STATUS_INTERNAL_ERROR);
    reply_length = 0;
    assert_int_equal(ask(60000, &answer), STATUS_INTERNAL_ERROR);
}

/* Else the token could be spent by a process that nobody waits for. */
static void no_time(void **state)
{
    static struct replay_answer answer;

    (void)state;
    set_reply(SPAWN_REPLIED, &(struct wire_verdict){.status = STATUS_ACCEPTED});
    assert_int_equal(ask(-1, &answer), STATUS_TIMEOUT);
    assert_int_equal(calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_yes),        cmocka_unit_test(a_no),    cmocka_unit_test(no_reply),
        cmocka_unit_test(half_a_reply), cmocka_unit_test(no_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
