/* SPDX-License-Identifier: BSD-3-Clause */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ADDRESS_SPACE_MAX (512 * 1024 * 1024) /* bytes */
#define DESCRIPTORS_MAX 4                     /* 0 to 3, all of them open: no other can be */
#define DESCRIPTORS_SPARE 4                   /* for files beneath directories, if there are any */

__attribute__((format(printf, 2, 3))) static bool refuse(struct sandbox_result *result,
                                                         const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(result->error, sizeof(result->error), format, arguments);
    va_end(arguments);
    return false;
}

static bool refuse_errno(struct sandbox_result *result, const char *what)
{
    return refuse(result, "the sandbox cannot be closed: %s: %s", what, strerror(errno));
}

static bool set_limit(int resource, rlim_t limit, struct sandbox_result *result)
{
    struct rlimit now, wanted = {limit, limit};

    if (getrlimit((__rlimit_resource_t)resource, &now) != 0)
        return refuse_errno(result, "getrlimit");
    if (now.rlim_max < limit)
        wanted.rlim_cur = wanted.rlim_max = now.rlim_max;
    return setrlimit((__rlimit_resource_t)resource, &wanted) == 0 ||
           refuse_errno(result, "setrlimit");
}

static bool set_limits(unsigned seconds, struct sandbox_result *result)
{
    return set_limit(RLIMIT_CORE, 0, result) && set_limit(RLIMIT_FSIZE, 0, result) &&
           set_limit(RLIMIT_NPROC, 0, result) && set_limit(RLIMIT_CPU, seconds, result) &&
           set_limit(RLIMIT_AS, ADDRESS_SPACE_MAX, result);
}

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

static bool close_files(const struct sandbox_directories *readable, struct sandbox_result *result)
{
    int error = sandbox_landlock(readable);

    if (error == ENOSYS || error == EOPNOTSUPP) {
        (void)snprintf(result->warning, sizeof(result->warning),
                       "this kernel has no Landlock: the sandbox of jwt-verify does without");
    } else if (error != 0) {
        errno = error;
        return refuse_errno(result, "Landlock");
    }
    return set_limit(RLIMIT_NOFILE, descriptors(readable), result);
}

/* No name service is asked: its modules would be loaded as root. */
static bool drop_user(const char *unprivileged, struct sandbox_result *result)
{
    struct stat owner;

    if (geteuid() != 0 && getuid() != 0)
        return true;
    if (lstat(unprivileged, &owner) != 0 || !S_ISDIR(owner.st_mode))
        return refuse(result,
                      "expected a directory %s that belongs to the user _pam_jwt: run "
                      "systemd-sysusers and systemd-tmpfiles --create",
                      unprivileged);
    if (owner.st_uid == 0 || owner.st_gid == 0)
        return refuse(result, "%s: expected the owner and the group _pam_jwt, found root",
                      unprivileged);
    if (seteuid(0) != 0 || setgroups(0, NULL) != 0 ||
        setresgid(owner.st_gid, owner.st_gid, owner.st_gid) != 0 ||
        setresuid(owner.st_uid, owner.st_uid, owner.st_uid) != 0)
        return refuse_errno(result, "setresuid");
    return true;
}

/* A host with SECBIT_NO_SETUID_FIXUP keeps all capabilities when the uid changes: they are read
 * back. */
static bool drop_capabilities(struct sandbox_result *result)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {0}, none[2] = {0};

    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
        return refuse_errno(result, "PR_CAP_AMBIENT");
    if (syscall(SYS_capset, &header, data) != 0 || syscall(SYS_capget, &header, data) != 0)
        return refuse_errno(result, "capset");
    if (memcmp(data, none, sizeof(data)) != 0)
        return refuse(result, "the sandbox cannot be closed: capabilities are left");
    return true;
}

bool sandbox_enter(const char *unprivileged, unsigned seconds,
                   const struct sandbox_directories *readable, struct sandbox_result *result)
{
    *result = (struct sandbox_result){{0}, {0}};
    if (!set_limits(seconds, result))
        return false;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return refuse_errno(result, "PR_SET_NO_NEW_PRIVS");
    if (!close_files(readable, result) || !drop_user(unprivileged, result))
        return false;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return refuse_errno(result, "PR_SET_DUMPABLE");
    if (!drop_capabilities(result))
        return false;
    errno = sandbox_seccomp(readable->count > 0);
    return errno == 0 || refuse_errno(result, "seccomp");
}
