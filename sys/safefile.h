/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opening files that decide who may log in: the descriptor and every parent directory must belong
 * to a trusted owner and be writable by nobody else.
 */
#ifndef PAM_JWT_SAFEFILE_H
#define PAM_JWT_SAFEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct safefile_error {
    char text[512]; /* what was expected, what was found, what to do: one line */
};

/*
 * Opens an absolute path for reading (O_CLOEXEC, O_NOCTTY, O_NONBLOCK). The owner of the file and
 * of each parent directory is root or `also_trusted` (0: root alone), no group or others may write;
 * a root-owned sticky directory (/tmp) passes as a parent, since its entries cannot be replaced.
 * Symbolic links are followed only where their own directory passes the same check.
 * Returns the descriptor, or -1 with `error` filled and errno set.
 */
int safefile_open(const char *path, uid_t also_trusted, struct safefile_error *error);
int safefile_open_directory(const char *path, uid_t also_trusted, struct safefile_error *error);

/* fstat of a descriptor by the same rule (regular file or directory), without its parents. */
bool safefile_trusted(int fd, const char *path, uid_t also_trusted, struct safefile_error *error);

/*
 * The whole regular file, at most `max` bytes, from its beginning; malloc'd, NUL-terminated behind
 * `*len`. NULL with `error` filled.
 */
char *safefile_read(int fd, const char *path, size_t max, size_t *len,
                    struct safefile_error *error);

#endif
