/* SPDX-License-Identifier: BSD-3-Clause */
/* One use of a token, spent by jwt-replay. */
#ifndef PAM_JWT_REPLAY_CLIENT_H
#define PAM_JWT_REPLAY_CLIENT_H

#include <sys/types.h>

#include "spawn.h"
#include "wire.h"

#define REPLAY_MESSAGE_MAX 2048 /* bytes of its verdict */

struct replay_question {
    struct wire_setup setup; /* its timeout_ms is set from deadline_ms */
    struct wire_spend spend;
    int64_t deadline_ms; /* CLOCK_MONOTONIC */
    uid_t also_trusted;  /* for the program file; 0: root's only */
};

struct replay_answer {
    struct wire_verdict
        verdict; /* status, detail and warning only; they point into the fields below */
    unsigned char message[REPLAY_MESSAGE_MAX];
    char failure[256];
};

/* Always fills answer->verdict: its status is STATUS_ACCEPTED only if a complete message said so.
 */
void replay_ask(const struct replay_question *question, struct replay_answer *answer);

#endif
