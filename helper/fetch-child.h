/* SPDX-License-Identifier: BSD-3-Clause */
/* Dangerous work of jwt-fetch, done in a process of its own that is gone before its result counts.
 */
#ifndef PAM_JWT_FETCH_CHILD_H
#define PAM_JWT_FETCH_CHILD_H

#include <stddef.h>
#include <stdint.h>

#define CHILD_FILE 3

/*
 * Runs job() in a child that has `file` as descriptor 3, /dev/null as 0 to 2 and no others, and
 * that is killed at `deadline_ms` (CLOCK_MONOTONIC). Returns what job() returned, from 0 to 255; -1
 * if the child ended in any other way.
 */
int child_run(int (*job)(void *context), void *context, int file, int64_t deadline_ms);

/* Zeroed memory that children share with us; NULL: none. They may write anything at any time. */
void *child_share(size_t size);
void child_unshare(void *memory, size_t size);

#endif
