/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Getting a long token through answers of limited length. A part is 500 bytes: an answer of exactly
 * 500 means that more follows, any other length ends the token. Length alone decides: sshd replaces
 * the answers of unknown users by others of equal length, and a rule that looked at them would
 * tell.
 */
#ifndef PAM_JWT_CONVERSATION_H
#define PAM_JWT_CONVERSATION_H

#include <security/pam_modules.h>

#include "../lib/secret.h"
#include "options.h"

#define PART_SIZE 500          /* bytes */
#define PARTS_MAX 33           /* prompts */
#define ANSWER_MAX (16 * 1024) /* bytes of all parts together */

struct answer {
    struct secret text; /* NUL-terminated behind `len`; owned */
    bool too_long;      /* more than ANSWER_MAX: `text` is the beginning */
    bool from_authtok;  /* its beginning came from PAM_AUTHTOK */
    unsigned parts;     /* prompts asked, that of PAM_AUTHTOK included */
};

/*
 * PAM_SUCCESS and the answer, or PAM_BUF_ERR, PAM_AUTH_ERR (no answer), or what the application's
 * conversation returned. answer_free() in any case.
 */
int conversation_ask(pam_handle_t *pamh, const struct options *options, struct answer *answer);

/* Whether the answer is to be judged as a token; any other is somebody's password. */
bool answer_is_token(const struct answer *answer);

void answer_free(struct answer *answer);
#define ANSWER_CLEANUP __attribute__((cleanup(answer_free)))

#endif
