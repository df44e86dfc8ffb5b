/* SPDX-License-Identifier: BSD-3-Clause */
/* The steps of a judgement as the text that a verdict carries to pam-jwt explain. */
#ifndef PAM_JWT_STEPS_H
#define PAM_JWT_STEPS_H

#include "../lib/report.h"
#include "../lib/span.h"

struct steps {
    char text[8192]; /* "step\tslug\tdetail\n" each; control characters of details as \xNN */
    size_t len;
};

/* A listener for struct report; `context` is a struct steps. A step that does not fit is left out.
 */
void steps_add(void *context, const char *step, enum status status, const char *detail);

#endif
