/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the indexes of large files have in common: a file in the cache directory, named after the
 * path that it is of, which says of which very file it was made. `pam-jwt refresh` makes it.
 * Nothing that it says is believed: it may be stale, cut or forged.
 */
#ifndef PAM_JWT_INDEX_FILE_H
#define PAM_JWT_INDEX_FILE_H

#include <stdint.h>
#include <sys/stat.h>

#include "../lib/span.h"
#include "safefile.h"

#define INDEX_FILE_NAME_SIZE 80

/* A file that was replaced or written to differs in one of these. Times in nanoseconds. */
struct file_identity {
    uint64_t device, inode, size, modified, changed;
};

struct file_identity file_identity_of(const struct stat *st);

/* Whether it is the identity of an open file; false if `fd` is none. */
bool file_identity_is(const struct file_identity *identity, int fd);

/* SHA-256 of the path, and the suffix, of 15 characters at most. False: it cannot be computed. */
bool index_file_name(const char *source, const char *suffix, char name[INDEX_FILE_NAME_SIZE]);

/* A descriptor. -1: there is none that belongs to root or `also_trusted`. */
int index_file_open(int cache, const char *name, uid_t also_trusted);

/*
 * Puts the parts, one behind the other, in the place of the index, whole or not at all: whoever
 * reads meanwhile has the old one or the new one. False with `error` filled.
 */
bool index_file_replace(int cache, const char *name, mode_t mode, const struct span *parts,
                        size_t count, struct safefile_error *error);

enum index_file_outcome { INDEX_FILE_MADE, INDEX_FILE_NOT_WANTED, INDEX_FILE_FAILED };

/*
 * Has make() put the index of `source` into the directory `cache`; one that is not wanted, or could
 * not be made, is removed. False with `error` filled: it could not be made.
 */
bool index_file_make(const char *source, const char *suffix, const char *cache, uid_t also_trusted,
                     enum index_file_outcome (*make)(const char *source, int cache,
                                                     const char *name, uid_t also_trusted,
                                                     struct safefile_error *error),
                     struct safefile_error *error);

#endif
