/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A key that may verify tokens of an issuer: the only thing that signature.c takes. revocation.c
 * makes one of a path, known-key.c of a key that needs none; nothing else can.
 */
#ifndef PAM_JWT_TRUSTED_KEY_H
#define PAM_JWT_TRUSTED_KEY_H

#include <gnutls/abstract.h>

#include "answers.h"

struct trusted_key;

gnutls_pubkey_t trusted_key_pubkey(const struct trusted_key *key); /* borrowed */

/*
 * What the log calls it: the serial number of the signer certificate in hexadecimal, or of a key
 * without one its thumbprint (RFC 7638).
 */
const char *trusted_key_name(const struct trusted_key *key);

/*
 * How revocation was settled, for the log: "noRevAvail", "short-lived", "ocsp", "crl", "unknown",
 * "off", the weakest of the path; "pinned" and "jwks" for keys that need no path.
 */
const char *trusted_key_revocation(const struct trusted_key *key);

/*
 * What must be fetched before the key counts: nobody may log in by it as long as this is not NULL.
 * Owned by the caller from then on.
 */
struct fetch_plan *trusted_key_take_plan(struct trusted_key *key);

void trusted_key_free(struct trusted_key **key);
#define TRUSTED_KEY_CLEANUP __attribute__((cleanup(trusted_key_free)))

#endif
