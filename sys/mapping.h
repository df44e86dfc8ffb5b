/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A file's bytes in memory, read-only: of a big one only what is looked at costs anything. Whoever
 * makes the file shorter meanwhile ends the process with SIGBUS, so that files of trusted owners
 * only are for this.
 */
#ifndef PAM_JWT_MAPPING_H
#define PAM_JWT_MAPPING_H

#include "../lib/span.h"
#include "safefile.h"

struct mapping {
    struct span bytes; /* an empty file has none, and is mapped nonetheless */
};

/* The regular file `fd`, which may be closed afterwards. 0, or an errno: EFBIG: longer than `max`
 * bytes. */
int mapping_make(int fd, size_t max, struct mapping *mapping);

/* A file that safefile_open() opens. False, and `error` filled. */
bool mapping_open(const char *path, size_t max, uid_t also_trusted, struct mapping *mapping,
                  struct safefile_error *error);

void mapping_free(struct mapping *mapping);

#endif
