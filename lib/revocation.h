/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Revocation (RFC 5280 section 6.3): every certificate of the path but the anchor needs a status. A
 * path that has it becomes a trusted key, the only thing that signature.c takes.
 *
 * CRL and OCSP answers are not read yet: a certificate with noRevAvail (RFC 9608), or whose whole
 * life is at most short_lived, needs none; any other is unknown, and `require` refuses it.
 */
#ifndef PAM_JWT_REVOCATION_H
#define PAM_JWT_REVOCATION_H

#include <gnutls/abstract.h>

#include "trust.h"

struct trusted_key; /* made by revocation_check() alone */

/* `*key` is set only on STATUS_ACCEPTED; owned by the caller, independent of `path`. */
enum status revocation_check(const struct trusted_path *path, const struct issuer_rules *issuer,
                             struct trusted_key **key, struct report *report);

gnutls_pubkey_t trusted_key_pubkey(const struct trusted_key *key); /* borrowed */

/* Serial number of the signer certificate in hexadecimal, for the log. */
const char *trusted_key_serial(const struct trusted_key *key);

/*
 * How revocation was settled, for the log: "noRevAvail", "short-lived", "unknown", "off". The
 * weakest of the path.
 */
const char *trusted_key_revocation(const struct trusted_key *key);

void trusted_key_free(struct trusted_key **key);
#define TRUSTED_KEY_CLEANUP __attribute__((cleanup(trusted_key_free)))

#endif
