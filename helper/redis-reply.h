/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Replies of a Redis server, one after each command, read by hiredis from bytes of any origin. Only
 * the kinds that these commands have are read: no arrays, and nothing of RESP3.
 */
#ifndef PAM_JWT_REDIS_REPLY_H
#define PAM_JWT_REDIS_REPLY_H

#include <stdbool.h>

#include "../lib/span.h"

#define REDIS_REPLY_MAX 65536   /* bytes of one reply */
#define REDIS_ERROR_CODE_MAX 32 /* letters */

enum redis_reply_kind { REDIS_STATUS, REDIS_ERROR, REDIS_TEXT, REDIS_NIL };

struct redis_answer {
    enum redis_reply_kind kind;
    struct span text; /* of all kinds but REDIS_NIL; in the reader until the next reply */
};

enum redis_progress {
    REDIS_BROKEN, /* this is no reply, is too long, or has something behind it: no more of it */
    REDIS_MORE,   /* it goes on */
    REDIS_WHOLE
};

struct redis_replies;

struct redis_replies *redis_replies_make(void); /* NULL: no memory */
void redis_replies_free(struct redis_replies **replies);

/* Takes bytes as they come, none at a time not being an end. `answer` is filled if it is whole. */
enum redis_progress redis_replies_take(struct redis_replies *replies, struct span bytes,
                                       struct redis_answer *answer);

/*
 * The word in capitals that an error begins with, "ERR" or "OOM" for instance; "?" if it begins
 * with none. What follows it may hold what was sent, a password even.
 */
void redis_error_code(const struct redis_answer *answer, char code[REDIS_ERROR_CODE_MAX + 1]);

/* Whether INFO has the field once, and once only, with that value. What it has instead goes to
 * `found`, cut to fit. */
bool redis_info_says(struct span info, const char *field, const char *value, char *found,
                     size_t size);

#endif
