/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * network-filter ARCH: run at build time, prints the system call filter of jwt-fetch's network
 * process for that architecture as C initializers. What is not in the tables below fails with
 * EPERM: name resolution and TLS try many things that they can do without. Starting a program ends
 * the process.
 */
#ifndef _GNU_SOURCE
/* NOLINTNEXTLINE: the name is glibc's */
#define _GNU_SOURCE /* the project's arguments are for the host, this runs on the build machine */
#endif
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "filter-make.h"
#include "sandbox-filter.h"

#define SOCKET_TYPE 0xf /* without SOCK_CLOEXEC and SOCK_NONBLOCK */

static const char *const allowed[] = {
    /* descriptors */
    "read",
    "readv",
    "write",
    "writev",
    "pread64",
    "close",
    "fstat",
    "fstat64",
    "newfstatat",
    "fstatat64",
    "stat",
    "stat64",
    "lstat",
    "lstat64",
    "statx",
    "access",
    "faccessat",
    "faccessat2",
    "readlink",
    "readlinkat",
    "getdents64",
    "lseek",
    "_llseek",
    "poll",
    "ppoll",
    "ppoll_time64",
    "select",
    "_newselect",
    "pselect6",
    "pselect6_time64",
    "pipe",
    "pipe2",
    "eventfd2",
    /* connections; not bind, listen, accept */
    "connect",
    "sendto",
    "send",
    "sendmsg",
    "sendmmsg",
    "recvfrom",
    "recv",
    "recvmsg",
    "getsockname",
    "getpeername",
    "getsockopt",
    "setsockopt",
    "shutdown",
    /* memory */
    "brk",
    "munmap",
    "madvise",
    "mremap",
    /* threads: names are resolved in one */
    "futex",
    "futex_time64",
    "set_robust_list",
    "rseq",
    "gettid",
    "getpid",
    "sched_yield",
    "sched_getaffinity",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "exit",
    "exit_group",
    /* time, randomness, who and where */
    "getrandom",
    "clock_gettime",
    "clock_gettime64",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "time",
    "gettimeofday",
    "restart_syscall",
    "getuid",
    "getuid32",
    "geteuid",
    "geteuid32",
    "getgid",
    "getgid32",
    "getegid",
    "getegid32",
    "uname",
};

static const struct filter_rule conditional[] = {
    {"openat", 1, {BITS_OFF(2, O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))}},
    {"open", 1, {BITS_OFF(1, O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))}},
    /* A descriptor that has an owner and a signal kills any process of the same user: F_SETOWN,
     * F_SETSIG, O_ASYNC, F_NOTIFY. */
    {"fcntl", 1, {SECOND(F_GETFD)}},
    {"fcntl", 1, {SECOND(F_SETFD)}},
    {"fcntl", 1, {SECOND(F_GETFL)}},
    {"fcntl", 1, {SECOND(F_DUPFD)}},
    {"fcntl", 1, {SECOND(F_DUPFD_CLOEXEC)}},
    {"fcntl", 2, {SECOND(F_SETFL), BITS_OFF(2, O_ASYNC)}},
    {"fcntl64", 1, {SECOND(F_GETFD)}},
    {"fcntl64", 1, {SECOND(F_SETFD)}},
    {"fcntl64", 1, {SECOND(F_GETFL)}},
    {"fcntl64", 1, {SECOND(F_DUPFD)}},
    {"fcntl64", 1, {SECOND(F_DUPFD_CLOEXEC)}},
    {"fcntl64", 2, {SECOND(F_SETFL), BITS_OFF(2, O_ASYNC)}},
    {"ioctl", 1, {SECOND(FIONREAD)}},
    {"ioctl", 1, {SECOND(FIONBIO)}},
    {"socket", 2, {FIRST(AF_INET), BITS_ARE(1, SOCKET_TYPE, SOCK_STREAM)}},
    {"socket", 2, {FIRST(AF_INET), BITS_ARE(1, SOCKET_TYPE, SOCK_DGRAM)}},
    {"socket", 2, {FIRST(AF_INET6), BITS_ARE(1, SOCKET_TYPE, SOCK_STREAM)}},
    {"socket", 2, {FIRST(AF_INET6), BITS_ARE(1, SOCKET_TYPE, SOCK_DGRAM)}},
    /* libcurl wakes itself with it. One of datagrams could be connected to any service's socket. */
    {"socketpair", 2, {FIRST(AF_UNIX), BITS_ARE(1, SOCKET_TYPE, SOCK_STREAM)}},
    /* Modules of name services may be loaded; what can be written cannot be run. */
    {"mmap", 1, {BITS_OFF(2, PROT_EXEC)}},
    {"mmap", 1, {BITS_OFF(2, PROT_WRITE)}},
    {"mmap2", 1, {BITS_OFF(2, PROT_EXEC)}},
    {"mmap2", 1, {BITS_OFF(2, PROT_WRITE)}},
    {"mprotect", 1, {BITS_OFF(2, PROT_EXEC)}},
    {"clone", 1, {BITS_ARE(0, CLONE_THREAD, CLONE_THREAD)}},
    /* what abort() does */
    {"tgkill", 2, {FIRST(SANDBOX_OWN_PID), {.arg = 2, .op = SCMP_CMP_EQ, .datum_a = SIGABRT}}},
};

int main(int argc, char **argv)
{
    static const char *const deadly[] = {"execve", "execveat"};
    scmp_filter_ctx filter = filter_start(argc == 2 ? argv[1] : NULL, SCMP_ACT_ERRNO(EPERM));

    filter_allow(filter, allowed, sizeof(allowed) / sizeof(allowed[0]));
    for (size_t i = 0; i < sizeof(conditional) / sizeof(conditional[0]); i++)
        filter_add(filter, SCMP_ACT_ALLOW, &conditional[i]);
    /* Its flags are in memory, where a filter cannot look: glibc then uses clone. */
    filter_add(filter, SCMP_ACT_ERRNO(ENOSYS), &(struct filter_rule){.name = "clone3"});
    for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++)
        filter_add(filter, SCMP_ACT_KILL_PROCESS, &(struct filter_rule){.name = deadly[i]});
    return filter_print(filter);
}
