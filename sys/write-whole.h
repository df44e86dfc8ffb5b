/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PAM_JWT_WRITE_WHOLE_H
#define PAM_JWT_WRITE_WHOLE_H

#include <stdbool.h>

#include "../lib/span.h"

/* Writes all of the bytes, in as many calls as it takes. errno tells why it is false. */
bool write_whole(int fd, struct span bytes);

#endif
