/* SPDX-License-Identifier: BSD-3-Clause */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "sandbox-parts.h"

#define ADDRESS_SPACE_MAX (512 * 1024 * 1024) /* bytes */
#define DESCRIPTORS_MAX 4                     /* 0 to 3, all of them open: no other can be */
#define DESCRIPTORS_SPARE 4                   /* for files beneath directories, if there are any */

/* The limit that leaves so many free: which numbers are taken is not known. */
static rlim_t descriptors(const struct sandbox_directories *readable)
{
    int spare[DESCRIPTORS_SPARE], highest = DESCRIPTORS_MAX - 1;

    if (readable->count == 0)
        return DESCRIPTORS_MAX;
    for (size_t i = 0; i < DESCRIPTORS_SPARE; i++) {
        spare[i] = fcntl(readable->fds[0], F_DUPFD_CLOEXEC, 0);
        highest = spare[i] > highest ? spare[i] : highest;
    }
    for (size_t i = 0; i < DESCRIPTORS_SPARE; i++)
        if (spare[i] >= 0)
            close(spare[i]);
    return (rlim_t)highest + 1;
}

static bool set_limits(unsigned seconds, struct sandbox_result *result)
{
    return sandbox_limit(RLIMIT_CORE, 0, result) && sandbox_limit(RLIMIT_FSIZE, 0, result) &&
           sandbox_limit(RLIMIT_NPROC, 0, result) && sandbox_limit(RLIMIT_CPU, seconds, result) &&
           sandbox_limit(RLIMIT_AS, ADDRESS_SPACE_MAX, result);
}

bool sandbox_enter(const char *unprivileged, unsigned seconds,
                   const struct sandbox_directories *readable, struct sandbox_result *result)
{
    *result = (struct sandbox_result){{0}, {0}};
    if (!set_limits(seconds, result) || !sandbox_no_new_privileges(result) ||
        !sandbox_landlocked(sandbox_landlock(readable), result) ||
        !sandbox_limit(RLIMIT_NOFILE, descriptors(readable), result) ||
        !sandbox_drop_user(unprivileged, result) || !sandbox_drop_capabilities(result))
        return false;
    errno = sandbox_seccomp(readable->count > 0);
    return errno == 0 || sandbox_refuse_errno(result, "seccomp");
}
