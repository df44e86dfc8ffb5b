/* SPDX-License-Identifier: BSD-3-Clause */
/* The files of a configuration, in their order: FILE, then conf.d/ *.conf beside it in byte order.
 */
#ifndef PAM_JWT_CONFIG_FILES_H
#define PAM_JWT_CONFIG_FILES_H

#include <stdbool.h>

#include "config.h"

/* `text` is NUL-terminated behind `len` and lives for the call only. False: stop. */
typedef bool (*config_file_taker)(void *context, const char *path, char *text, size_t len);

/*
 * False if the taker stopped, or, with `error` filled, if a file cannot be opened, trusted or read:
 * none is skipped. Only conf.d itself may be missing.
 */
bool config_files_each(const char *path, uid_t also_trusted, struct config_error *error,
                       config_file_taker take, void *context);

#endif
