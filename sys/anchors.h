/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Trust anchors on a host. anchors_open() runs before the sandbox is closed: it opens the configured
 * PEM files and directories and checks their owners. The finder runs inside it.
 */
#ifndef PAM_JWT_ANCHORS_H
#define PAM_JWT_ANCHORS_H

#include <sys/types.h>

#include "../lib/trust.h"
#include "safefile.h"

struct anchor_files;

/* NULL, and `error` filled, if any of the files of any issuer cannot be opened or trusted. */
struct anchor_files *anchors_open(const struct rules *rules, uid_t also_trusted,
                                  struct safefile_error *error);

/* A source for judge(); valid as long as `files`. */
struct anchor_source anchors_source(struct anchor_files *files);

/* Descriptors of the configured directories, for the sandbox; borrowed. */
const int *anchors_directories(const struct anchor_files *files, size_t *count);

void anchors_close(struct anchor_files **files);

#endif
