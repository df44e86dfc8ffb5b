/* SPDX-License-Identifier: BSD-3-Clause */
/* bench-run COMMAND...: a worker; starts COMMAND, without input and output, and waits for its end.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

#include "worker.h"

static posix_spawn_file_actions_t actions;

static bool run(void *context)
{
    static char path[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C";
    char *const environment[] = {path, locale, NULL};
    char *const *command = context;
    int status = 1;
    pid_t child;

    if (posix_spawn(&child, command[0], &actions, NULL, command, environment) == 0 &&
        waitpid(child, &status, 0) == child && status == 0)
        return true;
    fprintf(stderr, "%s: failed with status %d\n", command[0], status);
    return false;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench-run COMMAND...\n");
        return 64;
    }
    posix_spawn_file_actions_init(&actions);
    for (int fd = 0; fd < 3; fd++)
        posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    return worker_serve(run, argv + 1);
}
