/* SPDX-License-Identifier: BSD-3-Clause */
#include "filter-make.h"

#include <errno.h>
#include <linux/filter.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sandbox-filter.h"

static const char *const life[] = {
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

static const struct filter_rule conditional_life[] = {
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

static void check(int result, const char *what)
{
    if (result >= 0)
        return;
    fprintf(stderr, "filter-make: %s: %s\n", what, strerror(-result));
    exit(1);
}

scmp_filter_ctx filter_start(const char *arch, uint32_t fallback)
{
    scmp_filter_ctx filter = seccomp_init(fallback);
    uint32_t token = arch ? seccomp_arch_resolve_name(arch) : 0;

    if (!filter || token == 0)
        check(-EINVAL, arch ? arch : "expected an architecture");
    if (token != seccomp_arch_native()) {
        check(seccomp_arch_remove(filter, SCMP_ARCH_NATIVE), "native architecture");
        check(seccomp_arch_add(filter, token), arch);
    }
    check(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "bad arch");
    return filter;
}

void filter_add(scmp_filter_ctx filter, uint32_t action, const struct filter_rule *rule)
{
    int number = seccomp_syscall_resolve_name(rule->name);

    /* A negative number: a call that this architecture does not have. */
    if (number != __NR_SCMP_ERROR)
        check(seccomp_rule_add_array(filter, action, number, rule->count, rule->conditions),
              rule->name);
    else
        check(-EINVAL, rule->name);
}

void filter_allow(scmp_filter_ctx filter, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        filter_add(filter, SCMP_ACT_ALLOW, &(struct filter_rule){.name = names[i]});
}

void filter_allow_life(scmp_filter_ctx filter)
{
    filter_allow(filter, life, sizeof(life) / sizeof(life[0]));
    for (size_t i = 0; i < sizeof(conditional_life) / sizeof(conditional_life[0]); i++)
        filter_add(filter, SCMP_ACT_ALLOW, &conditional_life[i]);
}

int filter_print(scmp_filter_ctx filter)
{
    struct sock_filter instruction;
    FILE *file = tmpfile();

    if (!file)
        check(-errno, "temporary file");
    check(seccomp_export_bpf(filter, fileno(file)), "export");
    rewind(file);
    while (fread(&instruction, sizeof(instruction), 1, file) == 1)
        printf("{0x%04x, %u, %u, 0x%08x},\n", instruction.code, instruction.jt, instruction.jf,
               instruction.k);
    seccomp_release(filter);
    return fclose(file) == 0 && fflush(stdout) == 0 ? 0 : 1;
}
