/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys that are trusted without a path to an anchor, as the administrator has said so: by pinning
 * the key or its self-signed certificate, or by naming the JWK Set that has it.
 */
#ifndef PAM_JWT_KNOWN_KEY_H
#define PAM_JWT_KNOWN_KEY_H

#include <stdint.h>

#include "jwk.h"
#include "trusted-key.h"

/* Each sets `*key`, owned by the caller, only on STATUS_ACCEPTED, and leaves it NULL where it says
 * so. bad-key, weak-key: it is known, but cannot be used with `alg`. */

/* A JWK of a header, if its thumbprint is in pinned_keys; else NULL. */
enum status known_key_pinned(struct json_object *jwk, const struct alg *alg,
                             const struct issuer_rules *issuer, struct trusted_key **key,
                             struct report *report);

/* A JWK of the issuer's own set: the caller took it from there. */
enum status known_key_of_set(struct json_object *jwk, const struct alg *alg,
                             struct trusted_key **key, struct report *report);

/*
 * A deployed certificate, if it is self-signed and certificate_trust = pinned; else NULL. Its dates
 * count.
 */
enum status known_key_deployed(gnutls_x509_crt_t cert, const struct issuer_rules *issuer,
                               int64_t now, struct trusted_key **key, struct report *report);

#endif
