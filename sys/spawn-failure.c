/* SPDX-License-Identifier: BSD-3-Clause */
#include "spawn-failure.h"

#include <stdio.h>

static const struct {
    enum status status;
    const char *before, *after; /* the word for the answer; no `after`: it is left out */
} failures[] = {
    [SPAWN_DIED] = {STATUS_INTERNAL_ERROR, "it ended before its ", " was complete"},
    [SPAWN_REPLIED] = {STATUS_INTERNAL_ERROR, "it sent something that is no ", ""},
    [SPAWN_TIMEOUT] = {STATUS_TIMEOUT, "it gave no ", " in time and was stopped"},
    [SPAWN_SANDBOXED] = {STATUS_INTERNAL_ERROR,
                         "it was stopped by its sandbox (see audit type=1326)", NULL},
    [SPAWN_UNTRUSTED] = {STATUS_CONFIG_ERROR,
                         "it is missing, not root's, or writable by others: install pam_jwt again",
                         NULL},
    [SPAWN_NO_MEMORY] = {STATUS_OUT_OF_MEMORY, "no memory to run it", NULL},
    [SPAWN_FAILED] = {STATUS_SYSTEM_ERROR, "it cannot be run", NULL},
};

enum status spawn_failure(const char *path, const char *answer, enum spawn_outcome outcome,
                          int error, char *why, size_t size)
{
    const char *after = failures[outcome].after;
    int len = snprintf(why, size, "%s: %s%s%s", path, failures[outcome].before, after ? answer : "",
                       after ? after : "");

    if (error != 0 && len > 0 && (size_t)len < size)
        (void)snprintf(why + len, size - (size_t)len, ": errno %d", error);
    return failures[outcome].status;
}
