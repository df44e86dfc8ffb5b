/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sandbox-filter.h"
#include "sandbox.h"

static const struct sock_filter made_at_build_time[] = {
#include "sandbox-filter.inc"
};
#define LENGTH (sizeof(made_at_build_time) / sizeof(made_at_build_time[0]))

int sandbox_seccomp(bool may_read)
{
    struct sock_filter filter[LENGTH];
    struct sock_fprog program = {.len = LENGTH, .filter = filter};
    unsigned own_pid = 0, reading = 0;

    for (size_t i = 0; i < LENGTH; i++) {
        filter[i] = made_at_build_time[i];
        if (filter[i].code == (BPF_JMP | BPF_JEQ | BPF_K) && filter[i].k == SANDBOX_OWN_PID) {
            filter[i].k = (unsigned)getpid();
            own_pid++;
        }
        if (filter[i].code == (BPF_RET | BPF_K) && filter[i].k == (SECCOMP_RET_ERRNO | EACCES)) {
            filter[i].k = may_read ? SECCOMP_RET_ALLOW : filter[i].k;
            reading++;
        }
    }
    if (own_pid != 1 || reading != 1)
        return EINVAL;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? 0 : errno;
}
