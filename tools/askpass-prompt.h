/* SPDX-License-Identifier: BSD-3-Clause */
/* Which prompts are pam_jwt's: nothing else may ever see a byte of the token. */
#ifndef PAM_JWT_ASKPASS_PROMPT_H
#define PAM_JWT_ASKPASS_PROMPT_H

#include "../lib/span.h"

#define PART_SIZE 500 /* bytes */
#define PART_MAX 33   /* parts */

/* For whom the prompt is, as OpenSSH's "(user@host) " says; both empty without it. */
struct asker {
    struct span user; /* borrowed from the prompt */
    struct span host;
};

/*
 * The number of the part that `prompt` asks for: "Password or JWT: " and `first_prompt` (NULL or
 * empty: none; spaces at its end do not count) ask for part 1, "JWT part N: " for part N. OpenSSH's
 * "(user@host) " may stand before it. 0: not ours.
 */
unsigned askpass_prompt_part(const char *prompt, const char *first_prompt, struct asker *asker);

#endif
