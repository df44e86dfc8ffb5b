/* SPDX-License-Identifier: BSD-3-Clause */
/* A token that the server is certain to refuse, or that is another host's, is not sent. */
#ifndef PAM_JWT_ASKPASS_CLAIMS_H
#define PAM_JWT_ASKPASS_CLAIMS_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/span.h"

#define CLAIMS_WHY_MAX 800

/*
 * Looks at exp and aud, the signature not verified. `host` is the prompt's, empty if it names none.
 * True also for claims that cannot be read: only a certain no is a no. False: `why` says so.
 */
bool askpass_claims_allow(struct span token, struct span host, int64_t now,
                          char why[CLAIMS_WHY_MAX]);

#endif
