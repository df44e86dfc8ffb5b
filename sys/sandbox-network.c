/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sandbox-parts.h"

#define ADDRESS_SPACE_MAX (1024 * 1024 * 1024) /* bytes: stacks and heaps of threads */
#define DESCRIPTORS_MAX 64

/* Resolvers, certificates, libraries; each where it exists. */
static const char *const places[] = {
    "/etc",
    "/usr",
    "/lib",
    "/lib64",
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/run/NetworkManager",
};

static bool open_place(const char *path, struct sandbox_directories *readable)
{
    int fd = open(path, O_PATH | O_CLOEXEC);

    if (fd < 0)
        return false;
    readable->fds[readable->count++] = fd;
    return true;
}

static bool close_files(const char *besides, struct sandbox_result *result)
{
    struct sandbox_directories readable = {.count = 0};
    bool done;

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        (void)open_place(places[i], &readable);
    if (besides[0] && !open_place(besides, &readable))
        return sandbox_refuse_errno(result, besides);
    done = sandbox_landlocked(sandbox_landlock(&readable), result);
    for (size_t i = 0; i < readable.count; i++)
        close(readable.fds[i]);
    return done;
}

static bool set_limits(const struct sandbox_network *network, struct sandbox_result *result)
{
    return sandbox_limit(RLIMIT_CORE, 0, result) &&
           sandbox_limit(RLIMIT_FSIZE, network->file_max, result) &&
           sandbox_limit(RLIMIT_CPU, network->seconds, result) &&
           sandbox_limit(RLIMIT_AS, ADDRESS_SPACE_MAX, result) &&
           sandbox_limit(RLIMIT_NOFILE, DESCRIPTORS_MAX, result);
}

/* Changing the user forgets it, so that it comes after that. */
static bool end_with_parent(pid_t parent, struct sandbox_result *result)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        return sandbox_refuse_errno(result, "PR_SET_PDEATHSIG");
    return getppid() == parent || sandbox_refuse(result, "its parent has ended");
}

bool sandbox_enter_network(const struct sandbox_network *network, struct sandbox_result *result)
{
    pid_t parent = getppid();

    *result = (struct sandbox_result){{0}, {0}};
    if (!set_limits(network, result) || !sandbox_no_new_privileges(result) ||
        !close_files(network->readable, result) ||
        !sandbox_drop_user(network->unprivileged, result) || !sandbox_drop_capabilities(result) ||
        !end_with_parent(parent, result))
        return false;
    errno = sandbox_seccomp_network();
    return errno == 0 || sandbox_refuse_errno(result, "seccomp");
}
