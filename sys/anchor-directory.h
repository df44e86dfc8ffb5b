/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The files of a directory of anchors, through its descriptor; also inside the sandbox, if that was
 * told of the directory. No links are followed: where they lead was not trusted before.
 */
#ifndef PAM_JWT_ANCHOR_DIRECTORY_H
#define PAM_JWT_ANCHOR_DIRECTORY_H

#include "inputs.h"

extern const struct input_kind anchor_kind; /* *.pem and *.crt */

struct anchor_names {
    char **items; /* in byte order */
    size_t count;
};

/* The names that `anchor_kind` wants. False: `error` says why, or that there are none. */
bool anchor_directory_list(int directory, const char *path, struct anchor_names *names,
                           struct safefile_error *error);
void anchor_names_free(struct anchor_names *names);

/* A regular file of a trusted owner. -1, and `error` filled: it is none. */
int anchor_directory_open(int directory, const char *name, uid_t also_trusted,
                          struct safefile_error *error);

#endif
