/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Trust anchors on a host. anchors_open() runs before the sandbox is closed: it maps the
 * configured PEM files, and the *.pem and *.crt of configured directories, as bytes. They are
 * parsed by the finder, which runs inside it. What has an index in the directory `cache` is not
 * searched, but for a thorough search (see anchor-index.h); of such a directory the files are
 * opened when they are needed.
 */
#ifndef PAM_JWT_ANCHORS_H
#define PAM_JWT_ANCHORS_H

#include <sys/types.h>

#include "../lib/trust.h"
#include "safefile.h"

#define ANCHOR_DIRECTORIES_MAX 14 /* with an index; others are read */

struct anchor_files;

/*
 * NULL, and `error` filled, if any file of any issuer cannot be opened, trusted or read. `cache`
 * may be NULL, or not be there.
 */
struct anchor_files *anchors_open(const struct rules *rules, const char *cache, uid_t also_trusted,
                                  struct safefile_error *error);

/* How many directories the sandbox must leave readable. */
size_t anchors_directories(const struct anchor_files *files, int fds[ANCHOR_DIRECTORIES_MAX]);

/* A source for judge(); valid as long as `files`, and the rules. */
struct anchor_source anchors_source(struct anchor_files *files);

void anchors_close(struct anchor_files **files);
#define ANCHOR_FILES_CLEANUP __attribute__((cleanup(anchors_close)))

#endif
