/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages between a helper and the process that runs it, which is at the other end of descriptor
 * 3. */
#ifndef PAM_JWT_MESSAGE_H
#define PAM_JWT_MESSAGE_H

#include <stdbool.h>

#include "../lib/span.h"

/* One whole message of at most `size` bytes; anything else is none. */
bool message_receive(unsigned char *out, size_t size, struct span *message);

/* The same, but it can be received once more. */
bool message_peek(unsigned char *out, size_t size, struct span *message);

/* The exit status: 1 if there was nothing to send, or it could not be. Nobody is told: without a
 * complete answer whoever asked says no. */
int message_reply(struct span message);

/* NUL-terminated; false if it does not fit. */
bool message_copy_text(struct span text, char *out, size_t size);

#endif
