/* SPDX-License-Identifier: BSD-3-Clause */
#include "sandbox-parts.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

bool sandbox_refuse(struct sandbox_result *result, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(result->error, sizeof(result->error), format, arguments);
    va_end(arguments);
    return false;
}

bool sandbox_refuse_errno(struct sandbox_result *result, const char *what)
{
    return sandbox_refuse(result, "the sandbox cannot be closed: %s: %s", what, strerror(errno));
}

bool sandbox_limit(int resource, rlim_t limit, struct sandbox_result *result)
{
    struct rlimit now, wanted = {limit, limit};

    if (getrlimit((__rlimit_resource_t)resource, &now) != 0)
        return sandbox_refuse_errno(result, "getrlimit");
    if (now.rlim_max < limit)
        wanted.rlim_cur = wanted.rlim_max = now.rlim_max;
    return setrlimit((__rlimit_resource_t)resource, &wanted) == 0 ||
           sandbox_refuse_errno(result, "setrlimit");
}

bool sandbox_no_new_privileges(struct sandbox_result *result)
{
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ||
           sandbox_refuse_errno(result, "PR_SET_NO_NEW_PRIVS");
}

bool sandbox_landlocked(int error, struct sandbox_result *result)
{
    if (error == ENOSYS || error == EOPNOTSUPP) {
        (void)snprintf(result->warning, sizeof(result->warning),
                       "this kernel has no Landlock: the sandbox does without");
        return true;
    }
    errno = error;
    return error == 0 || sandbox_refuse_errno(result, "Landlock");
}

bool sandbox_undumpable(struct sandbox_result *result)
{
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ||
           sandbox_refuse_errno(result, "PR_SET_DUMPABLE");
}

/* No name service is asked: its modules would be loaded as root. */
bool sandbox_drop_user(const char *unprivileged, struct sandbox_result *result)
{
    struct stat owner;

    if (geteuid() != 0 && getuid() != 0)
        return sandbox_undumpable(result);
    if (lstat(unprivileged, &owner) != 0 || !S_ISDIR(owner.st_mode))
        return sandbox_refuse(result,
                              "expected a directory %s that belongs to the user _pam_jwt: run "
                              "systemd-sysusers and systemd-tmpfiles --create",
                              unprivileged);
    if (owner.st_uid == 0 || owner.st_gid == 0)
        return sandbox_refuse(result, "%s: expected the owner and the group _pam_jwt, found root",
                              unprivileged);
    if (seteuid(0) != 0 || setgroups(0, NULL) != 0 ||
        setresgid(owner.st_gid, owner.st_gid, owner.st_gid) != 0 ||
        setresuid(owner.st_uid, owner.st_uid, owner.st_uid) != 0)
        return sandbox_refuse_errno(result, "setresuid");
    return sandbox_undumpable(result);
}

/* A host with SECBIT_NO_SETUID_FIXUP keeps all capabilities when the uid changes: they are read
 * back. */
bool sandbox_drop_capabilities(struct sandbox_result *result)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {0}, none[2] = {0};

    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
        return sandbox_refuse_errno(result, "PR_CAP_AMBIENT");
    if (syscall(SYS_capset, &header, data) != 0 || syscall(SYS_capget, &header, data) != 0)
        return sandbox_refuse_errno(result, "capset");
    if (memcmp(data, none, sizeof(data)) != 0)
        return sandbox_refuse(result, "the sandbox cannot be closed: capabilities are left");
    return true;
}
