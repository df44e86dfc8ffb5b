/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What one call leaves for the next: small files in a directory of the user's own, named after the
 * process that asks (its pid and start time).
 */
#ifndef PAM_JWT_ASKPASS_RUNTIME_H
#define PAM_JWT_ASKPASS_RUNTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/secret.h"
#include "../lib/span.h"

#define RUNTIME_NAME_MAX 96
#define RUNTIME_SECONDS 120 /* how long a file is of use */

struct runtime {
    int dir; /* -1: there is none */
    char name[RUNTIME_NAME_MAX];
};

/*
 * The first of XDG_RUNTIME_DIR and /run/user/UID that is a directory of ours which nobody else may
 * write. Without one, or without /proc, nothing is kept.
 */
void runtime_open(struct runtime *runtime);

/* This process's file of one kind, which `suffix` names. Replaced; on failure none is left. */
bool runtime_write(const struct runtime *runtime, const char *suffix, struct span bytes);

/* At most `max` bytes, into a new buffer. False: there is no such file of ours alone. */
bool runtime_read(const struct runtime *runtime, const char *suffix, size_t max,
                  struct secret *buffer);

void runtime_remove(const struct runtime *runtime, const char *suffix);

/* Removes all files of this program, of any process, that are older than RUNTIME_SECONDS. */
void runtime_sweep(const struct runtime *runtime, int64_t now);

void runtime_close(struct runtime *runtime);
#define RUNTIME_CLEANUP __attribute__((cleanup(runtime_close)))

#endif
