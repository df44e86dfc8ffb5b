/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One question to jwt-verify and its verdict: what pam_jwt.so and `pam-jwt explain` share, so that both
 * judge alike. Also the rules about local users that the caller enforces whatever the verdict says.
 */
#ifndef PAM_JWT_VERIFIER_H
#define PAM_JWT_VERIFIER_H

#include <sys/types.h>

#include "spawn.h"
#include "wire.h"

struct verifier_question {
    struct wire_setup setup;
    struct wire_request request;
    int64_t deadline_ms; /* CLOCK_MONOTONIC */
    uid_t also_trusted;  /* for the program file; 0: root's only */
};

struct verifier_answer {
    struct wire_verdict verdict;           /* spans point into `message` */
    unsigned char message[WIRE_VERDICT_MAX];
    char failure[256];                     /* why there is no verdict; "" else */
};

/*
 * Always fills answer->verdict: without a complete verdict its status is timeout, internal-error,
 * config-error, out-of-memory or system-error and `failure` says why. An accepting verdict that does not name request.user
 * becomes internal-error. Returns the status.
 */
enum status verifier_ask(const struct verifier_question *question, struct verifier_answer *answer);

struct local_user_rules {
    bool allow_root;
    bool virtual_users;
    uid_t min_uid;
};

enum local_user { LOCAL_USER_REFUSED, LOCAL_USER_ALLOWED, LOCAL_USER_UNKNOWN, LOCAL_USER_ERROR };

/*
 * Looks the name up in NSS: uid 0 is refused unless allow_root, a uid below min_uid is refused, the
 * name that NSS returns must be `user` itself. virtual_users: unknown to NSS is allowed, but never
 * "root" nor an NSS user below min_uid. `why` gets the reason for anything but ALLOWED.
 */
enum local_user local_user_check(const char *user, const struct local_user_rules *rules,
                                 char *why, size_t why_size);

#endif
