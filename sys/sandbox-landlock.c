/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"

/* Access rights that this kernel knows, by the version of its interface: newer ones add bits at the
 * top. */
static uint64_t known_rights(int version)
{
    static const unsigned bits[] = {13, 14, 15, 15, 16};
    const int last = sizeof(bits) / sizeof(bits[0]);

    return (UINT64_C(1) << bits[version > last ? last - 1 : version - 1]) - 1;
}

int sandbox_landlock(void)
{
    struct landlock_ruleset_attr attr = {0};
    int version =
        (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    int ruleset, error;

    if (version < 1)
        return errno;
    /* Rights that are handled and that no rule gives are refused everywhere. */
    attr.handled_access_fs = known_rights(version);
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
    if (ruleset < 0)
        return errno;
    error = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0 ? 0 : errno;
    close(ruleset);
    return error;
}
