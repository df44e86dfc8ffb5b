/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sandbox-filter.h"
#include "sandbox.h"

#define LENGTH(filter) (sizeof(filter) / sizeof((filter)[0]))

static const struct sock_filter made_for_verify[] = {
#include "sandbox-filter.inc"
};

static const struct sock_filter made_for_network[] = {
#include "network-filter.inc"
};

static const struct sock_filter made_for_store[] = {
#include "store-filter.inc"
};

/* In how many places the process number stood. */
static unsigned fill_in_pid(struct sock_filter *filter, size_t length)
{
    unsigned places = 0;

    for (size_t i = 0; i < length; i++)
        if (filter[i].code == (BPF_JMP | BPF_JEQ | BPF_K) && filter[i].k == SANDBOX_OWN_PID) {
            filter[i].k = (unsigned)getpid();
            places++;
        }
    return places;
}

/* In how many places opening for reading was decided. */
static unsigned fill_in_reading(struct sock_filter *filter, size_t length, bool may_read)
{
    unsigned places = 0;

    for (size_t i = 0; i < length; i++)
        if (filter[i].code == (BPF_RET | BPF_K) && filter[i].k == (SECCOMP_RET_ERRNO | EACCES)) {
            filter[i].k = may_read ? SECCOMP_RET_ALLOW : filter[i].k;
            places++;
        }
    return places;
}

static int load(struct sock_filter *filter, size_t length)
{
    struct sock_fprog program = {.len = (unsigned short)length, .filter = filter};

    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? 0 : errno;
}

int sandbox_seccomp(bool may_read)
{
    struct sock_filter filter[LENGTH(made_for_verify)];

    memcpy(filter, made_for_verify, sizeof(filter));
    if (fill_in_pid(filter, LENGTH(filter)) != 1 ||
        fill_in_reading(filter, LENGTH(filter), may_read) != 1)
        return EINVAL;
    return load(filter, LENGTH(filter));
}

int sandbox_seccomp_network(void)
{
    struct sock_filter filter[LENGTH(made_for_network)];

    memcpy(filter, made_for_network, sizeof(filter));
    return fill_in_pid(filter, LENGTH(filter)) == 1 ? load(filter, LENGTH(filter)) : EINVAL;
}

int sandbox_seccomp_store(void)
{
    struct sock_filter filter[LENGTH(made_for_store)];

    memcpy(filter, made_for_store, sizeof(filter));
    return fill_in_pid(filter, LENGTH(filter)) == 1 ? load(filter, LENGTH(filter)) : EINVAL;
}
