/* SPDX-License-Identifier: BSD-3-Clause */
/* The arguments of a line in a PAM configuration: pam_jwt(8). */
#ifndef PAM_JWT_OPTIONS_H
#define PAM_JWT_OPTIONS_H

#include <stdint.h>

#include "../sys/localuser.h"

struct options {
    const char *config; /* absolute; borrowed from argv or paths.h, as prompt is */
    const char *prompt; /* for part 1 */
    uint32_t timeout;   /* seconds */
    struct local_user_rules local;
    bool use_first_pass;
    bool try_first_pass;
    bool ignore_unknown_user;
    bool nodelay;
    bool limit; /* of session lines */
    bool debug;
};

/*
 * Defaults, then argv. The first argument that is not understood, and what is; NULL: all are. The
 * others are taken in any case.
 */
const char *options_parse(int argc, const char **argv, struct options *options,
                          const char **expected);

/*
 * Whether the service may have these options: virtual_users are not for those that start processes
 * of their users, whose names need not be this machine's.
 */
bool options_fit(const struct options *options, const char *service);

#endif
