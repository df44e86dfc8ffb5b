/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One question to jwt-verify and its verdict: what pam_jwt.so and `pam-jwt explain` share, so that
 * both judge alike. If the verdict wishes for CRLs or OCSP responses, jwt-fetch is asked to bring
 * them, and jwt-verify judges once more; that verdict is final.
 */
#ifndef PAM_JWT_VERIFIER_H
#define PAM_JWT_VERIFIER_H

#include <sys/types.h>

#include "spawn.h"
#include "wire.h"

struct verifier_question {
    struct wire_setup setup; /* may_fetch: jwt-fetch may be run; not fetched, no failures */
    struct wire_request request;
    int64_t deadline_ms; /* CLOCK_MONOTONIC; of all that is run, together */
    uid_t also_trusted;  /* for the program files; 0: root's only */
};

struct verifier_answer {
    struct wire_verdict verdict; /* texts point into the fields below */
    unsigned char message[WIRE_VERDICT_MAX];
    char failure[256];
};

/*
 * Always fills answer->verdict, without wishes: without a complete verdict its status is timeout,
 * internal-error, config-error, out-of-memory or system-error, and its detail says why. An
 * accepting verdict that does not name request.user becomes internal-error.
 */
void verifier_ask(const struct verifier_question *question, struct verifier_answer *answer);

#endif
