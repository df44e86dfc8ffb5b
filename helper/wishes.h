/* SPDX-License-Identifier: BSD-3-Clause */
/* The plan of a judgement as the wishes that a verdict carries to jwt-fetch. */
#ifndef PAM_JWT_WISHES_H
#define PAM_JWT_WISHES_H

#include "../lib/answers.h"
#include "../lib/span.h"

struct wishes {
    unsigned char bytes[40960]; /* four of them with all certificates of a token, and a verdict has
                                   room for it */
    size_t len;
};

/* NULL: nothing is wished for. A wish that does not fit is left out. */
struct span wishes_of(const struct fetch_plan *plan, struct wishes *wishes);

#endif
