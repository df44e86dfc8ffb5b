/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The result of judging a token: negative = could not decide, 0 = yes, positive = decided no.
 * A variable of this type starts as a refusal and is set to STATUS_ACCEPTED in one place.
 */
#ifndef PAM_JWT_STATUS_H
#define PAM_JWT_STATUS_H

#include <stdbool.h>

enum status {
    STATUS_ACCEPTED = 0,
#define STATUS(name, number, slug, sentence, source, pam) STATUS_##name = (number),
#include "status.def"
#undef STATUS
};

/* The functions below never return NULL; a number that is no status reads as internal-error. */
const char *status_slug(enum status status); /* "accepted" for STATUS_ACCEPTED */
const char *status_sentence(enum status status);
const char *status_source(enum status status);

/* Whether a number read from elsewhere is STATUS_ACCEPTED or a row of the table. */
bool status_known(int number);

#endif
