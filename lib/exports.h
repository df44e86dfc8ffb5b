/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Claims for the environment of the session: strings, integers, true and false, and arrays of
 * strings with commas between them. A claim is exported whole or not at all.
 */
#ifndef PAM_JWT_EXPORTS_H
#define PAM_JWT_EXPORTS_H

#include "rules.h"
#include "signature.h"

#define EXPORTS_LEFT_OUT_MAX 512 /* bytes */

struct exports {
    char *variables; /* "NAME=value\n" each, see environment.h; NULL: none; owned */
    /* The claims that the token has and that are not exported, and why, for the log; "": none. */
    char left_out[EXPORTS_LEFT_OUT_MAX];
};

/*
 * `names`: those claims, at most ENVIRONMENT_COUNT_MAX, each with a name of its own for the
 * environment. A claim that is not there, or is null, is no error. out-of-memory; config-error for
 * names that are not as above; `exports` is empty then.
 */
enum status exports_make(const struct signed_claims *claims, const struct string_list *names,
                         struct exports *exports, struct report *report);

void exports_free(struct exports *exports);

#endif
