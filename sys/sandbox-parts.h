/* SPDX-License-Identifier: BSD-3-Clause */
/* Walls that every sandbox has. Each returns false, and fills `result`, if it does not stand. */
#ifndef PAM_JWT_SANDBOX_PARTS_H
#define PAM_JWT_SANDBOX_PARTS_H

#include <sys/resource.h>

#include "sandbox.h"

/* False, so that a refusal is one line; the second adds what errno says. */
bool sandbox_refuse(struct sandbox_result *result, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool sandbox_refuse_errno(struct sandbox_result *result, const char *what);

/* For good; a lower limit stays. */
bool sandbox_limit(int resource, rlim_t limit, struct sandbox_result *result);

bool sandbox_no_new_privileges(struct sandbox_result *result);

/* What a function of sandbox-landlock.c returned: a warning where the kernel has no Landlock. */
bool sandbox_landlocked(int error, struct sandbox_result *result);

bool sandbox_undumpable(struct sandbox_result *result);

/* If it is root: becomes the owner of the directory `unprivileged`, and nobody else's debuggee. */
bool sandbox_drop_user(const char *unprivileged, struct sandbox_result *result);

bool sandbox_drop_capabilities(struct sandbox_result *result);

#endif
