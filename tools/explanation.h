/* SPDX-License-Identifier: BSD-3-Clause */
/* What `pam-jwt explain` and `pam-jwt chain` say: the judgement step by step, for people or as
 * JSON. */
#ifndef PAM_JWT_EXPLANATION_H
#define PAM_JWT_EXPLANATION_H

#include <stdio.h>

#include "../sys/wire.h"

#define EXPLANATION_STEPS_MAX 24

struct explanation_step {
    struct span name;
    struct span slug; /* "accepted", or why not */
    struct span detail;
};

struct explanation {
    const char *user; /* judged for; NULL: a chain of certificates, of no login */
    const char *service;
    int64_t time;
    struct wire_verdict verdict; /* the helper's; status and detail are the final ones */
    struct explanation_step steps[EXPLANATION_STEPS_MAX];
    size_t step_count;
};

/* Appends the lines of wire_verdict.steps; a line of another form ends them. */
void explanation_add_steps(struct explanation *explanation, struct span lines);

/* Appends one; ignored beyond EXPLANATION_STEPS_MAX. */
void explanation_add_step(struct explanation *explanation, struct explanation_step step);

void explanation_print(const struct explanation *explanation, bool colour, FILE *out);
void explanation_print_json(const struct explanation *explanation, FILE *out);

#endif
