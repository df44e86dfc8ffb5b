/* SPDX-License-Identifier: BSD-3-Clause */
/* Children sealed as the process of jwt-fetch that speaks with the network, which then act. */
#ifndef PAM_JWT_NETWORK_WORLD_H
#define PAM_JWT_NETWORK_WORLD_H

#include <netinet/in.h>
#include <stdbool.h>

#define FILE_MAX 1000 /* bytes */
#define NOT_SEALED 100
#define OPENED 3 /* a file that was open before */

extern char network_named[]; /* a file that they may read besides what all may */
extern char network_other[]; /* one that they may not */
extern struct sockaddr_in network_listening;

bool network_seal(void);

/* The status of a child that returns what act() does. */
int network_run_sealed(int (*act)(void));

/* Group set-up and tear-down. */
int network_make_world(void **state);
int network_remove_world(void **state);

#endif
