/* SPDX-License-Identifier: BSD-3-Clause */
/* What somebody whose token was not accepted can do about it. */
#ifndef PAM_JWT_ADVICE_H
#define PAM_JWT_ADVICE_H

#include "../lib/status.h"

/* One sentence for every row of lib/status.def; NULL for STATUS_ACCEPTED. */
const char *advice_for(enum status status);

#endif
