/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * store-filter ARCH: run at build time, prints the system call filter of jwt-replay for that
 * architecture as C initializers. Whatever is neither below nor in filter-make.c ends the process
 * with SIGSYS. Where names may be made and removed is for Landlock and for the user's rights to
 * say.
 */
#ifndef _GNU_SOURCE
/* NOLINTNEXTLINE: the name is glibc's */
#define _GNU_SOURCE /* the project's arguments are for the host, this runs on the build machine */
#endif
#include <fcntl.h>

#include "filter-make.h"

static const char *const allowed[] = {
    /* names */
    "openat",
    "mkdirat",
    "unlinkat",
    "getdents64",
    "flock",
    "fsync",
    "lseek",
    "_llseek",
    /* whose they are */
    "fstat",
    "fstat64",
    "newfstatat",
    "fstatat64",
    "geteuid",
    "geteuid32",
    "close",
};

/* What fdopendir() does. */
static const struct filter_rule conditional[] = {
    {"fcntl", 1, {SECOND(F_GETFL)}},
    {"fcntl", 1, {SECOND(F_SETFD)}},
    {"fcntl64", 1, {SECOND(F_GETFL)}},
    {"fcntl64", 1, {SECOND(F_SETFD)}},
};

int main(int argc, char **argv)
{
    scmp_filter_ctx filter = filter_start(argc == 2 ? argv[1] : NULL, SCMP_ACT_KILL_PROCESS);

    filter_allow_life(filter);
    filter_allow(filter, allowed, sizeof(allowed) / sizeof(allowed[0]));
    for (size_t i = 0; i < sizeof(conditional) / sizeof(conditional[0]); i++)
        filter_add(filter, SCMP_ACT_ALLOW, &conditional[i]);
    return filter_print(filter);
}
