/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sealing this process for good, before it reads the first byte of a token: no new file, process,
 * program or connection, no capability, no privileged uid. sandbox.c or, for sanitizers,
 * sandbox-off.c.
 */
#ifndef PAM_JWT_SANDBOX_H
#define PAM_JWT_SANDBOX_H

#include <stdbool.h>

struct sandbox_result {
    char error[256];   /* why sealing failed; "" else */
    char warning[256]; /* what of it is missing, for the log; "" if nothing */
};

/*
 * `unprivileged`: the directory whose owner a process of root becomes. `seconds` of processor time
 * are left. False, and `error` filled: the process must not go on. Needs a single thread.
 */
bool sandbox_enter(const char *unprivileged, unsigned seconds, struct sandbox_result *result);

/* Parts of sandbox_enter(): 0, or an errno. */
int sandbox_landlock(void); /* no file at all; ENOSYS or EOPNOTSUPP: the kernel has no Landlock */
int sandbox_seccomp(void);  /* the filter that sandbox-filter.c made at build time */

#endif
