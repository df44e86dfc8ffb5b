/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What judging found out, beside the status itself: one sentence for the log, and the steps for
 * `pam-jwt explain`. Text may hold bytes of the token: whoever prints it escapes it.
 */
#ifndef PAM_JWT_REPORT_H
#define PAM_JWT_REPORT_H

#include "status.h"

#define REPORT_DETAIL_MAX 512

struct report {
    char detail[REPORT_DETAIL_MAX]; /* of the latest refusal or step; "" if there is none */
    /* Called once a step, in order; NULL when nobody listens. */
    void (*step)(void *context, const char *step, enum status status, const char *detail);
    void *context;
};

/* Writes the detail (cut to fit) and returns `status`, so that a refusal is one line. */
enum status report_refuse(struct report *report, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Writes the detail of a step that went well. */
void report_note(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Ends a step: hands name, status and detail to the listener; clears the detail when accepted.
 * Returns `status`.
 */
enum status report_step(struct report *report, const char *step, enum status status);

#endif
