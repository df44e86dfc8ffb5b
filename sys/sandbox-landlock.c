/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
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

/* 0, or an errno. */
static int allow(int ruleset, int fd, uint64_t rights)
{
    const struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};

    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0
               ? 0
               : errno;
}

static int allow_reading(int ruleset, int fd)
{
    uint64_t rights = LANDLOCK_ACCESS_FS_READ_FILE;
    struct stat st;

    if (fstat(fd, &st) != 0)
        return errno;
    if (S_ISDIR(st.st_mode))
        rights |= LANDLOCK_ACCESS_FS_READ_DIR;
    return allow(ruleset, fd, rights);
}

/* Rights that are handled and that no rule gives are refused everywhere. -1, and errno. */
static int make_ruleset(void)
{
    int version =
        (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    struct landlock_ruleset_attr attr = {0};

    if (version < 1)
        return -1;
    attr.handled_access_fs = known_rights(version);
    return (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
}

/* Unless there was an error before. Closes it. */
static int enforce(int ruleset, int error)
{
    if (error == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        error = errno;
    close(ruleset);
    return error;
}

int sandbox_landlock(const struct sandbox_directories *readable)
{
    int ruleset = make_ruleset(), error = 0;

    if (ruleset < 0)
        return errno;
    for (size_t i = 0; i < readable->count && error == 0; i++)
        error = allow_reading(ruleset, readable->fds[i]);
    return enforce(ruleset, error);
}

int sandbox_landlock_store(int directory)
{
    int ruleset = make_ruleset();

    if (ruleset < 0)
        return errno;
    return enforce(ruleset, allow(ruleset, directory,
                                  LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                      LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                      LANDLOCK_ACCESS_FS_REMOVE_FILE));
}
