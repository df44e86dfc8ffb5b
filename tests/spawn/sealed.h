/* SPDX-License-Identifier: BSD-3-Clause */
/* Children that are sealed and then act. */
#ifndef PAM_JWT_SEALED_H
#define PAM_JWT_SEALED_H

#include <sys/types.h>

#include "../../sys/sandbox.h"

#define SOCKET 3
#define DIRECTORY 4
#define NOT_SEALED 100
#define SEALED_STATUS_MAX 8192

extern const struct sandbox_directories sealed_nothing;

/* This process, with `socket` as 3 and `directory`, unless NULL, as 4; no other descriptors. */
bool seal(int socket, const char *directory);

/* A child: how it ended. */
int run_sealed(const char *directory, int (*act)(void));

/* Neither capabilities nor a way to new ones; what /proc says of the process goes to `status`. */
void assert_walls(pid_t pid, char status[SEALED_STATUS_MAX]);

/* cmocka assertions on how one ended. */
void assert_succeeds(int status);
void assert_stopped(int status); /* by the filter */

#endif
