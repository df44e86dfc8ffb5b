/* SPDX-License-Identifier: BSD-3-Clause */
/* The rules about local users, which the caller enforces whatever the verdict says. */
#ifndef PAM_JWT_LOCALUSER_H
#define PAM_JWT_LOCALUSER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct local_user_rules {
    bool allow_root;
    bool virtual_users;
    uid_t min_uid;
};

enum local_user { LOCAL_USER_REFUSED, LOCAL_USER_ALLOWED, LOCAL_USER_UNKNOWN, LOCAL_USER_ERROR };

/*
 * Looks the name up in NSS: uid 0 is refused unless allow_root, a uid below min_uid is refused, the
 * name that NSS returns must be `user` itself. virtual_users: unknown to NSS is allowed, but never
 * "root" nor an NSS user below min_uid. `why` gets the reason for anything but ALLOWED.
 */
enum local_user local_user_check(const char *user, const struct local_user_rules *rules, char *why,
                                 size_t why_size);

#endif
