/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sandbox-filter ARCH: run at build time, prints the system call filter of jwt-verify for that
 * architecture as C initializers. Whatever is neither below nor in filter-make.c ends the process
 * with SIGSYS.
 */
#ifndef _GNU_SOURCE
/* NOLINTNEXTLINE: the name is glibc's */
#define _GNU_SOURCE /* the project's arguments are for the host, this runs on the build machine */
#endif
#include <errno.h>
#include <fcntl.h>

#include "filter-make.h"

static const char *const allowed[] = {
    /* descriptors that are open already */
    "read",       "pread64",   "close", "fstat",   "fstat64",
    "newfstatat", "fstatat64", "lseek", "_llseek", "getdents64",
};

/* A library that looks for a file it can do without is told that it may not, and lives. Where
 * directories may be read, the loader makes it an ALLOW. */
static const struct filter_rule reading = {
    "openat", 1, {BITS_OFF(2, O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))}};

int main(int argc, char **argv)
{
    scmp_filter_ctx filter = filter_start(argc == 2 ? argv[1] : NULL, SCMP_ACT_KILL_PROCESS);

    filter_allow_life(filter);
    filter_allow(filter, allowed, sizeof(allowed) / sizeof(allowed[0]));
    filter_add(filter, SCMP_ACT_ERRNO(EACCES), &reading);
    return filter_print(filter);
}
