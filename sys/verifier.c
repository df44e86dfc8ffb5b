/* SPDX-License-Identifier: BSD-3-Clause */
#include "verifier.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../lib/environment.h"
#include "../lib/secret.h"
#include "fetch-client.h"
#include "paths.h"
#include "spawn-failure.h"

#define FILE_MIN 5         /* descriptors up to 4 are the helpers' own */
#define SECOND_RUN_MS 1000 /* what a second jwt-verify gets at least */
#define FAILURES_MAX 1024  /* bytes: more would not fit into the setup, or a line of the log */

/* --- without a verdict ------------------------------------------------------------------------ */

static void fail(struct verifier_answer *answer, enum spawn_outcome outcome, int error)
{
    enum status status = spawn_failure(paths_jwt_verify, "verdict", outcome, error, answer->failure,
                                       sizeof(answer->failure));

    answer->verdict = (struct wire_verdict){.status = status, .detail = span_text(answer->failure)};
}

/* --- one verdict ------------------------------------------------------------------------------ */

/* An accepted token alone leaves something in the environment, and nothing but JWT_NAME=value. */
static bool may_export(const struct wire_verdict *verdict)
{
    return verdict->exports.len == 0 ||
           (verdict->status == STATUS_ACCEPTED && environment_check(verdict->exports));
}

/* Wishes are for who may fetch, and for nothing but a status or keys that are missing. */
static bool may_wish(const struct wire_setup *setup, const struct wire_verdict *verdict)
{
    return verdict->wishes.len == 0 ||
           (setup->may_fetch && (verdict->status == STATUS_REVOCATION_UNKNOWN ||
                                 verdict->status == STATUS_KEYS_UNAVAILABLE));
}

/* `file` becomes descriptor 4 of the helper; -1: none. */
static void ask(const struct verifier_question *question, const struct wire_setup *setup,
                struct span request, int file, struct verifier_answer *answer)
{
    unsigned char message[WIRE_SETUP_MAX];
    const struct span messages[] = {
        span_of(message, wire_put_setup(setup, message, sizeof(message))), request};
    const struct spawn_call call = {
        .path = paths_jwt_verify,
        .also_trusted = question->also_trusted,
        .messages = messages,
        .message_count = 2,
        .file = file,
        .deadline_ms = question->deadline_ms,
    };
    size_t len = 0;
    int error = 0;
    enum spawn_outcome outcome;

    if (messages[0].len == 0 || request.len == 0) {
        answer->verdict = (struct wire_verdict){.status = STATUS_TOO_LONG};
        return;
    }
    outcome = spawn_ask(&call, answer->message, sizeof(answer->message), &len, &error);
    if (outcome != SPAWN_REPLIED ||
        !wire_get_verdict(span_of(answer->message, len), &answer->verdict))
        fail(answer, outcome, error);

    /* A yes counts only for the user that was asked about. */
    if ((answer->verdict.status == STATUS_ACCEPTED &&
         !span_equal(answer->verdict.user, question->request.user)) ||
        !may_export(&answer->verdict) || !may_wish(setup, &answer->verdict))
        fail(answer, SPAWN_REPLIED, 0);
}

/* --- what it wishes for ----------------------------------------------------------------------- */

/* A file without a name, out of the way of 0 to 4, which the host may have closed. */
static int make_file(void)
{
    int made = memfd_create("pam_jwt", MFD_CLOEXEC);
    int file = made < 0 ? -1 : fcntl(made, F_DUPFD_CLOEXEC, FILE_MIN);
    int error = errno;

    if (made >= 0)
        (void)close(made);
    errno = error;
    return file;
}

/* What is left for jwt-fetch, so that the second jwt-verify has time enough; not above 0: none. */
static int64_t fetch_deadline(int64_t deadline_ms)
{
    int64_t left = deadline_ms - spawn_now_ms();
    int64_t kept = left / 4 > SECOND_RUN_MS ? left / 4 : SECOND_RUN_MS;

    return left > kept ? deadline_ms - kept : 0;
}

/* Hands the wishes on as they are. Why something was not brought goes to `why`. */
static void fetch(const struct verifier_question *question, const struct wire_verdict *verdict,
                  int file, char why[FAILURES_MAX])
{
    const struct fetch_question order = {
        .order = {.trust_caller = question->setup.trust_caller,
                  .has_time = question->setup.has_time,
                  .time = question->setup.time,
                  .config = question->setup.config,
                  .issuer = verdict->issuer,
                  .wishes = verdict->wishes},
        .deadline_ms = fetch_deadline(question->deadline_ms),
        .also_trusted = question->also_trusted,
        .file = file,
    };
    unsigned char message[WIRE_RECEIPT_MAX];
    struct wire_receipt receipt;

    why[0] = '\0';
    if (order.deadline_ms == 0)
        (void)snprintf(why, FAILURES_MAX, "there was no time left to fetch anything");
    else if (fetch_ask(&order, message, sizeof(message), &receipt, why, FAILURES_MAX))
        (void)snprintf(why, FAILURES_MAX, "%.*s", (int)receipt.failures.len,
                       (const char *)receipt.failures.ptr);
}

static void fetch_and_ask(const struct verifier_question *question, struct span request,
                          struct verifier_answer *answer)
{
    struct wire_setup setup = question->setup;
    char why[FAILURES_MAX];
    int file = make_file();

    if (file < 0) {
        fail(answer, SPAWN_FAILED, errno);
        return;
    }
    fetch(question, &answer->verdict, file, why);
    setup.may_fetch = false;
    setup.fetched = true;
    setup.failures = span_text(why);
    setup.timeout_ms = spawn_ms_left(question->deadline_ms);
    ask(question, &setup, request, file, answer);
    (void)close(file);
}

static void ask_all(const struct verifier_question *question, struct verifier_answer *answer)
{
    SECRET_CLEANUP struct secret request = {0};

    if (!secret_alloc(&request, WIRE_REQUEST_MAX)) {
        fail(answer, SPAWN_NO_MEMORY, 0);
        return;
    }
    request.len = wire_put_request(&question->request, request.ptr, request.size);
    ask(question, &question->setup, span_of(request.ptr, request.len), -1, answer);
    if (answer->verdict.wishes.len > 0)
        fetch_and_ask(question, span_of(request.ptr, request.len), answer);
}

void verifier_ask(const struct verifier_question *question, struct verifier_answer *answer)
{
    int saved = errno, state = 0;

    fail(answer, SPAWN_DIED, 0);
    /* A cancelled thread would leave the token and the file behind. */
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    ask_all(question, answer);
    (void)pthread_setcancelstate(state, NULL);
    errno = saved;
}
