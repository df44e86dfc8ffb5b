/* SPDX-License-Identifier: BSD-3-Clause */
/* Configuration files are opened by absolute paths; people type relative ones. */
#ifndef PAM_JWT_ABSOLUTE_H
#define PAM_JWT_ABSOLUTE_H

#include <limits.h>
#include <stdbool.h>

#define ABSOLUTE_MAX PATH_MAX

/* `path`, behind the working directory if it is relative. False: too long, or there is no such
 * directory. */
bool absolute_path(const char *path, char out[ABSOLUTE_MAX]);

#endif
