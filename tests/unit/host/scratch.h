/* SPDX-License-Identifier: BSD-3-Clause */
/* A directory for one test: made, filled, removed with all that is in it. */
#ifndef PAM_JWT_SCRATCH_H
#define PAM_JWT_SCRATCH_H

#include <limits.h>
#include <sys/types.h>

struct scratch {
    char directory[64];
    char path[PATH_MAX]; /* of the last scratch_path() */
};

/* cmocka set-up and tear-down: `*state` is a struct scratch. */
int scratch_make(void **state);
int scratch_remove(void **state);

/* The absolute path of a name in it; valid until the next call. */
const char *scratch_path(struct scratch *scratch, const char *name);

/* Writes a file of that name, mode 0644; returns its path as scratch_path() does. */
const char *scratch_write(struct scratch *scratch, const char *name, const char *text);

/* The whole of a file; malloc'd. */
unsigned char *scratch_read_bytes(const char *path, size_t *len);
void scratch_write_bytes(const char *path, const unsigned char *bytes, size_t len);

#endif
