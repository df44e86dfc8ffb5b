/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The token as part 1 found it, so that every part of one login comes from the same token even if
 * the token is renewed meanwhile, and a token command runs once. Without a runtime directory there
 * is no snapshot.
 */
#ifndef PAM_JWT_ASKPASS_SNAPSHOT_H
#define PAM_JWT_ASKPASS_SNAPSHOT_H

#include "askpass-runtime.h"

/* Replaces what is there; on failure none is left. */
bool snapshot_save(const struct runtime *runtime, struct span token);

/* False: there is none. */
bool snapshot_load(const struct runtime *runtime, struct secret *buffer, struct span *token);

void snapshot_remove(const struct runtime *runtime);

#endif
