/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running a helper from a process that is not ours: any uid, threads, handlers, closed
 * descriptors. Nothing of the host is changed, no child and no descriptor is left behind, and the
 * answer is a complete message, never an exit status.
 */
#ifndef PAM_JWT_SPAWN_H
#define PAM_JWT_SPAWN_H

#include <stdint.h>
#include <sys/types.h>

#include "../lib/span.h"

enum spawn_outcome {
    SPAWN_DIED, /* ended, or closed its socket, before a complete message */
    SPAWN_REPLIED,
    SPAWN_TIMEOUT,
    SPAWN_SANDBOXED, /* SIGSYS: stopped by its sandbox (see audit type=1326) */
    SPAWN_UNTRUSTED, /* the program is missing, not root's, or writable by others */
    SPAWN_NO_MEMORY,
    SPAWN_FAILED /* a system call failed; errno in `error` */
};

struct spawn_call {
    const char *path;            /* absolute */
    uid_t also_trusted;          /* may own the program besides root; 0: nobody */
    const struct span *messages; /* sent in this order; none is empty */
    size_t message_count;
    int file;            /* becomes the child's descriptor 4; above 4, close-on-exec; -1: none */
    int64_t deadline_ms; /* CLOCK_MONOTONIC */
};

/* `reply` gets one message of at most `size` bytes; a longer one is no message. */
enum spawn_outcome spawn_ask(const struct spawn_call *call, unsigned char *reply, size_t size,
                             size_t *reply_len, int *error);

int64_t spawn_now_ms(void);                  /* CLOCK_MONOTONIC */
uint32_t spawn_ms_left(int64_t deadline_ms); /* at least 1 */

#endif
