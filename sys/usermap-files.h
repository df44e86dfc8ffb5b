/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * User maps on a host. usermap_files_open() runs before the sandbox is closed: it maps the files of
 * user_map as bytes, and opens their indexes in the directory `cache`, if they have any. They are
 * parsed by the source, which runs inside it.
 */
#ifndef PAM_JWT_USERMAP_FILES_H
#define PAM_JWT_USERMAP_FILES_H

#include <sys/types.h>

#include "../lib/usermap.h"
#include "safefile.h"

struct usermap_files;

/*
 * NULL, and `error` filled, if the map of any issuer cannot be opened, trusted or mapped. `cache`
 * may not be there.
 */
struct usermap_files *usermap_files_open(const struct rules *rules, const char *cache,
                                         uid_t also_trusted, struct safefile_error *error);

/* A source for judge(); valid as long as `files`, and the rules. */
struct usermap_source usermap_files_source(struct usermap_files *files);

void usermap_files_close(struct usermap_files **files);

#endif
