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
#include <linux/filter.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FIRST(value)                                                                               \
    {                                                                                              \
        .arg = 0, .op = SCMP_CMP_EQ, .datum_a = (value)                                            \
    }
#define BITS_OFF(n, mask)                                                                          \
    {                                                                                              \
        .arg = (n), .op = SCMP_CMP_MASKED_EQ, .datum_a = (mask)                                    \
    }

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

static const struct {
    const char *name;
    unsigned count;
    struct scmp_arg_cmp conditions[2];
} conditional[] = {
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
static const struct scmp_arg_cmp reading =
    BITS_OFF(2, O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY));

static void check(int result, const char *what)
{
    if (result >= 0)
        return;
    fprintf(stderr, "sandbox-filter: %s: %s\n", what, strerror(-result));
    exit(1);
}

static void add(scmp_filter_ctx filter, const char *name, unsigned count,
                const struct scmp_arg_cmp *conditions)
{
    int number = seccomp_syscall_resolve_name(name);

    /* A negative number: a call that this architecture does not have. */
    if (number != __NR_SCMP_ERROR)
        check(seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, count, conditions), name);
    else
        check(-EINVAL, name);
}

static scmp_filter_ctx make_filter(const char *arch)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    uint32_t token = seccomp_arch_resolve_name(arch);

    if (!filter || token == 0)
        check(-EINVAL, arch);
    if (token != seccomp_arch_native()) {
        check(seccomp_arch_remove(filter, SCMP_ARCH_NATIVE), "native architecture");
        check(seccomp_arch_add(filter, token), arch);
    }
    check(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "bad arch");
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
        add(filter, allowed[i], 0, NULL);
    check(seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 1, &reading),
          "openat");
    for (size_t i = 0; i < sizeof(conditional) / sizeof(conditional[0]); i++)
        add(filter, conditional[i].name, conditional[i].count, conditional[i].conditions);
    return filter;
}

int main(int argc, char **argv)
{
    struct sock_filter instruction;
    scmp_filter_ctx filter;
    FILE *file = tmpfile();

    if (argc != 2 || !file)
        check(-EINVAL, "expected an architecture and a place for a temporary file");
    filter = make_filter(argv[1]);
    check(seccomp_export_bpf(filter, fileno(file)), "export");
    rewind(file);
    while (fread(&instruction, sizeof(instruction), 1, file) == 1)
        printf("{0x%04x, %u, %u, 0x%08x},\n", instruction.code, instruction.jt, instruction.jf,
               instruction.k);
    seccomp_release(filter);
    return fclose(file) == 0 && fflush(stdout) == 0 ? 0 : 1;
}
