/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands for a token that lets in once only: a hash, so that its keeper learns no claim. */
#ifndef PAM_JWT_REPLAY_ID_H
#define PAM_JWT_REPLAY_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "span.h"

#define REPLAY_ID_DIGITS 64 /* hexadecimal, lower case: SHA-256 of iss and jti */

struct replay_entry {
    char id[REPLAY_ID_DIGITS + 1];
    int64_t until; /* seconds since the epoch: the token is refused anyway from then on */
};

static inline bool replay_is_id(struct span text)
{
    if (text.len != REPLAY_ID_DIGITS)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!text.ptr[i] || !strchr("0123456789abcdef", text.ptr[i]))
            return false;
    return true;
}

#endif
