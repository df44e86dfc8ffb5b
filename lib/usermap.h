/* SPDX-License-Identifier: BSD-3-Clause */
/* From an identity to the local user: the user claim is the user's name. */
#ifndef PAM_JWT_USERMAP_H
#define PAM_JWT_USERMAP_H

#include "policy.h"

/* Accepts if the identity's user claim is `user` byte for byte; user-mismatch else. */
enum status usermap_check(const struct identity *identity, const char *user, struct report *report);

#endif
