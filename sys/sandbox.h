/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sealing this process for good, before it reads the first byte of a token: no new file but beneath
 * given directories, no process, program or connection, no capability, no privileged uid. sandbox.c
 * or, for sanitizers, sandbox-off.c.
 */
#ifndef PAM_JWT_SANDBOX_H
#define PAM_JWT_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

struct sandbox_result {
    char error[256];   /* why sealing failed; "" else */
    char warning[256]; /* what of it is missing, for the log; "" if nothing */
};

/* Descriptors of directories beneath which files may still be opened for reading. */
struct sandbox_directories {
    int fds[16];
    size_t count; /* 0: nothing can be opened at all */
};

/*
 * `unprivileged`: the directory whose owner a process of root becomes. `seconds` of processor time
 * are left. False, and `error` filled: the process must not go on. Needs a single thread.
 */
bool sandbox_enter(const char *unprivileged, unsigned seconds,
                   const struct sandbox_directories *readable, struct sandbox_result *result);

/* Parts of sandbox_enter(): 0, or an errno. */
/* Files beneath `readable` only; ENOSYS or EOPNOTSUPP: the kernel has no Landlock. */
int sandbox_landlock(const struct sandbox_directories *readable);
/* The filter that sandbox-filter.c made at build time; opening is a refusal unless `may_read`. */
int sandbox_seccomp(bool may_read);

#endif
