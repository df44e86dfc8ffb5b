/* SPDX-License-Identifier: BSD-3-Clause */
#include "fetch-child.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../sys/spawn.h"

/* Rounds up. For a child whose parent is killed. */
static unsigned seconds_left(int64_t deadline_ms)
{
    int64_t left = deadline_ms - spawn_now_ms();

    return left <= 0 ? 1 : (unsigned)(left / 1000 + 1);
}

__attribute__((noreturn)) static void be_child(int (*job)(void *context), void *context, int file,
                                               int64_t deadline_ms)
{
    alarm(seconds_left(deadline_ms));
    if (dup2(file, CHILD_FILE) != CHILD_FILE || close_range(CHILD_FILE + 1, ~0U, 0) != 0)
        _exit(255);
    _exit(job(context));
}

/* True at once if there is no pidfd: then the child's own alarm ends it. */
static bool ended_in_time(int pidfd, int64_t deadline_ms)
{
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};

    if (pidfd < 0)
        return true;
    for (;;) {
        int64_t left = deadline_ms - spawn_now_ms();
        int ready = poll(&ended, 1, left < 0 ? 0 : left < INT_MAX ? (int)left : INT_MAX);

        if (ready > 0)
            return true;
        if (ready == 0 || (errno != EINTR && errno != EAGAIN))
            return false;
    }
}

static int await(pid_t pid, int64_t deadline_ms)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    bool late = !ended_in_time(pidfd, deadline_ms);
    int status = 0;
    pid_t got;

    if (late)
        kill(pid, SIGKILL);
    if (pidfd >= 0)
        close(pidfd);
    do
        got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    return got == pid && WIFEXITED(status) && !late ? WEXITSTATUS(status) : -1;
}

int child_run(int (*job)(void *context), void *context, int file, int64_t deadline_ms)
{
    pid_t pid = fork();

    if (pid == 0)
        be_child(job, context, file, deadline_ms);
    return pid > 0 ? await(pid, deadline_ms) : -1;
}

void *child_share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

void child_unshare(void *memory, size_t size)
{
    if (memory)
        munmap(memory, size);
}
