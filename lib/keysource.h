/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a token's header to its key. The first of the issuer's key_sources that the header carries
 * is used; every other member that names a key must agree with it. An unused kid is ignored, jku
 * and x5u always.
 *
 * - x5c: a chain; the signer first
 * - jwk: a chain inside it, whose first key it is; a pinned key; or one of the issuer's JWK Set
 * - x5t, x5t#S256: a deployed certificate
 * - kid: a key of the issuer's JWK Set; without kid by x5t#S256 or x5t
 */
#ifndef PAM_JWT_KEYSOURCE_H
#define PAM_JWT_KEYSOURCE_H

#include "key-choice.h"

/* On anything but STATUS_ACCEPTED only `choice->set` is set; keys-unavailable, unknown-key: a newer
 * JWK Set may say otherwise, unless it is KEY_SET_LOCAL or KEY_SET_BROUGHT, or was not asked. */
enum status keysource_choose(const struct key_question *question, struct key_choice *choice,
                             struct report *report);

#endif
