/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where things are installed. meson makes paths.c; the in-process tests link tests/paths-test.c in
 * its place, so that they run from the build directory.
 */
#ifndef PAM_JWT_PATHS_H
#define PAM_JWT_PATHS_H

#include <stdbool.h>

extern const char paths_config[];           /* /etc/pam_jwt/pam_jwt.conf */
extern const char paths_jwt_verify[];       /* libexecdir/pam_jwt/jwt-verify */
extern const char paths_jwt_fetch[];        /* libexecdir/pam_jwt/jwt-fetch */
extern const char paths_jwt_replay[];       /* libexecdir/pam_jwt/jwt-replay */
extern const char paths_jwt_replay_redis[]; /* libexecdir/pam_jwt/jwt-replay-redis */
extern const char paths_cache[];            /* /var/cache/pam_jwt */
extern const char paths_unprivileged[];     /* empty directory, whose owner is the uid to drop to */

/* False in what is installed: the module trusts root's files only. True lets tests run as any user.
 */
extern const bool paths_module_trusts_caller;

#endif
