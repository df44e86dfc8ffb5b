/* SPDX-License-Identifier: BSD-3-Clause */
/* bench-ask CONFIG TOKEN-FILE: a worker; one question to jwt-verify, as the module asks it. */
#include <stdio.h>

#include "../sys/paths.h"
#include "../sys/verifier.h"
#include "worker.h"

#define TIMEOUT_MS 10000

struct inquiry {
    const char *config;
    const char *token;
    struct verifier_answer answer;
};

static bool ask(void *context)
{
    struct inquiry *inquiry = context;
    const struct verifier_question question = {
        .setup = {.timeout_ms = TIMEOUT_MS,
                  .config = span_text(inquiry->config),
                  .service = span_text("sshd")},
        .request = {.user = span_text("alice"), .token = span_text(inquiry->token)},
        .deadline_ms = spawn_now_ms() + TIMEOUT_MS,
    };
    const struct wire_verdict *verdict = &inquiry->answer.verdict;

    verifier_ask(&question, &inquiry->answer);
    if (verdict->status != STATUS_ACCEPTED)
        fprintf(stderr, "%s: %s: %.*s\n", paths_jwt_verify, status_slug(verdict->status),
                (int)verdict->detail.len, (const char *)verdict->detail.ptr);
    return verdict->status == STATUS_ACCEPTED;
}

int main(int argc, char **argv)
{
    static struct inquiry inquiry;

    if (argc != 3) {
        fprintf(stderr, "usage: bench-ask CONFIG TOKEN-FILE\n");
        return 64;
    }
    inquiry.config = argv[1];
    inquiry.token = worker_read(argv[2]);
    return inquiry.token ? worker_serve(ask, &inquiry) : 1;
}
