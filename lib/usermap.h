/* SPDX-License-Identifier: BSD-3-Clause */
/* From an identity to the local user. Only the identity mapping exists so far. */
#ifndef PAM_JWT_USERMAP_H
#define PAM_JWT_USERMAP_H

#include "policy.h"

#define LOCAL_NAME_MAX 255 /* bytes */

/*
 * Whether a name has the form of a local user name: [A-Za-z_][A-Za-z0-9_.-]*[$]?, or with an
 * address form "@" inside for virtual users; at most LOCAL_NAME_MAX bytes.
 */
bool usermap_local_name(struct span name);

/* Accepts if the identity's user claim, mapped, is `user` byte for byte; user-mismatch else. */
enum status usermap_check(const struct identity *identity, const struct issuer_rules *issuer,
                          const char *user, struct report *report);

#endif
