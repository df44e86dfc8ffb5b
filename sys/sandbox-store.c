/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <unistd.h>

#include "sandbox-parts.h"

#define ADDRESS_SPACE_MAX (256 * 1024 * 1024) /* bytes */

static bool set_limits(unsigned seconds, struct sandbox_result *result)
{
    return sandbox_limit(RLIMIT_CORE, 0, result) && sandbox_limit(RLIMIT_FSIZE, 0, result) &&
           sandbox_limit(RLIMIT_NPROC, 0, result) && sandbox_limit(RLIMIT_CPU, seconds, result) &&
           sandbox_limit(RLIMIT_AS, ADDRESS_SPACE_MAX, result);
}

/* Who called a set-uid host has its real uid, and may send signals to what has the same. */
static bool be_effective_user(struct sandbox_result *result)
{
    uid_t uid = geteuid();

    return setresuid(uid, uid, uid) == 0 || sandbox_refuse_errno(result, "setresuid");
}

bool sandbox_enter_store(int directory, unsigned seconds, struct sandbox_result *result)
{
    *result = (struct sandbox_result){{0}, {0}};
    if (!set_limits(seconds, result) || !sandbox_no_new_privileges(result) ||
        !sandbox_landlocked(sandbox_landlock_store(directory), result) ||
        !be_effective_user(result) || !sandbox_undumpable(result) ||
        !sandbox_drop_capabilities(result))
        return false;
    errno = sandbox_seccomp_store();
    return errno == 0 || sandbox_refuse_errno(result, "seccomp");
}
