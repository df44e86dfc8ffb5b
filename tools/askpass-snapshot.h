/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The token as part 1 found it, so that every part of one login comes from the same token even if
 * the token is renewed meanwhile. A file in XDG_RUNTIME_DIR, named after the process that asks (its
 * pid and start time). Without such a directory, or without /proc, there is no snapshot: each
 * part then reads the token anew.
 */
#ifndef PAM_JWT_ASKPASS_SNAPSHOT_H
#define PAM_JWT_ASKPASS_SNAPSHOT_H

#include <stdbool.h>

#include "../lib/secret.h"
#include "../lib/span.h"

struct snapshot {
    int dir; /* -1: there can be none */
    char name[96];
};

/* The place of the snapshot; nothing is created. */
void snapshot_open(struct snapshot *snapshot);

/* Replaces what is there; on failure none is left. */
void snapshot_save(const struct snapshot *snapshot, struct span token);

/* False: there is none. */
bool snapshot_load(const struct snapshot *snapshot, struct secret *buffer, struct span *token);

void snapshot_remove(const struct snapshot *snapshot);

void snapshot_close(struct snapshot *snapshot);
#define SNAPSHOT_CLEANUP __attribute__((cleanup(snapshot_close)))

#endif
