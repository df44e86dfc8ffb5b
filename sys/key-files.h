/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys that no token carries: certificates deployed under their thumbprint, JWK Sets from a file,
 * from the cache, or fetched for this login. key_files_open() runs before the sandbox is closed: it
 * opens directories and maps files. The store opens files beneath those directories when it knows
 * which.
 */
#ifndef PAM_JWT_KEY_FILES_H
#define PAM_JWT_KEY_FILES_H

#include <sys/types.h>

#include "../lib/key-store.h"
#include "safefile.h"

struct key_files;

/*
 * NULL, and `error` filled, if a file or directory that an issuer's key_sources need cannot be
 * opened or trusted; a directory of certificates that does not exist holds none. `fetched`: a
 * descriptor of what was fetched for this login, borrowed, or -1.
 */
struct key_files *key_files_open(const struct rules *rules, const char *cache, int fetched,
                                 uid_t also_trusted, struct safefile_error *error);

#define KEY_FILES_DIRECTORIES_MAX 4

/* Writes the descriptors that the sandbox must leave readable; returns how many. */
size_t key_files_directories(const struct key_files *files, int fds[KEY_FILES_DIRECTORIES_MAX]);

/* A store for judge(); valid as long as `files`. */
struct key_store key_files_store(struct key_files *files);

void key_files_close(struct key_files **files);
#define KEY_FILES_CLEANUP __attribute__((cleanup(key_files_close)))

#endif
