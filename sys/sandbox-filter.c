/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sandbox-filter ARCH: run at build time, prints the system call filter of jwt-verify for that
 * architecture as C initializers. Whatever is not in the tables below ends the process with SIGSYS.
 */
#ifndef _GNU_SOURCE
/* NOLINTNEXTLINE: the name is glibc's */
#define _GNU_SOURCE /* the project's arguments are for the host, this runs on the build machine */
#endif
#include "sandbox-filter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#include "filter-make.h"

static const char *const allowed[] = {
    /* descriptors that are open already */
    "read",
    "pread64",
    "close",
    "fstat",
    "fstat64",
    "newfstatat",
    "fstatat64",
    "lseek",
    "_llseek",
    "getdents64",
    /* memory */
    "brk",
    "munmap",
    "madvise",
    "mremap",
    /* time, randomness, the end; rt_sig*, gettid and getpid are for abort() */
    "futex",
    "getrandom",
    "clock_gettime",
    "clock_gettime64",
    "time",
    "gettimeofday",
    "rt_sigprocmask",
    "rt_sigreturn",
    "gettid",
    "getpid",
    "restart_syscall",
    "exit",
    "exit_group",
};

static const struct filter_rule conditional[] = {
    {"mmap", 1, {BITS_OFF(2, PROT_EXEC)}},
    {"mmap2", 1, {BITS_OFF(2, PROT_EXEC)}},
    {"mprotect", 1, {BITS_OFF(2, PROT_EXEC)}},
    {"recvfrom", 1, {FIRST(3)}},
    {"recv", 1, {FIRST(3)}},
    {"sendto", 1, {FIRST(3)}},
    {"send", 1, {FIRST(3)}},
    /* what abort() says */
    {"write", 1, {FIRST(2)}},
    {"writev", 1, {FIRST(2)}},
    {"tgkill", 2, {FIRST(SANDBOX_OWN_PID), {.arg = 2, .op = SCMP_CMP_EQ, .datum_a = SIGABRT}}},
};

/* A library that looks for a file it can do without is told that it may not, and lives. Where
 * directories may be read, the loader makes it an ALLOW. */
static const struct filter_rule reading = {
    "openat", 1, {BITS_OFF(2, O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))}};

int main(int argc, char **argv)
{
    scmp_filter_ctx filter = filter_start(argc == 2 ? argv[1] : NULL, SCMP_ACT_KILL_PROCESS);

    filter_allow(filter, allowed, sizeof(allowed) / sizeof(allowed[0]));
    filter_add(filter, SCMP_ACT_ERRNO(EACCES), &reading);
    for (size_t i = 0; i < sizeof(conditional) / sizeof(conditional[0]); i++)
        filter_add(filter, SCMP_ACT_ALLOW, &conditional[i]);
    return filter_print(filter);
}
