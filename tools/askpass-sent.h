/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which token the asking process got last, and for whom: a server that asks for part 1 again has
 * refused it, and would refuse it again. Kept as a checksum, never as the token.
 */
#ifndef PAM_JWT_ASKPASS_SENT_H
#define PAM_JWT_ASKPASS_SENT_H

#include "askpass-prompt.h"
#include "askpass-runtime.h"

/* Whether sent_remember() was called with the same, by the same process, and runtime_sweep() has
 * left it. */
bool sent_before(const struct runtime *runtime, const struct asker *asker, struct span token);

void sent_remember(const struct runtime *runtime, const struct asker *asker, struct span token);

#endif
