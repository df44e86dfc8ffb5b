/* SPDX-License-Identifier: BSD-3-Clause */
#include "sealed.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

const struct sandbox_directories sealed_nothing;

bool seal(int socket, const char *directory)
{
    static const struct sandbox_directories one = {{DIRECTORY}, 1};
    struct sandbox_result result;

    return dup2(socket, 9) == 9 && dup2(9, SOCKET) == SOCKET && close_range(4, ~0U, 0) == 0 &&
           (!directory || open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) == DIRECTORY) &&
           sandbox_enter(SANDBOX_UNPRIVILEGED, 5, directory ? &one : &sealed_nothing, &result);
}

int run_sealed(const char *directory, int (*act)(void))
{
    int status, pair[2];
    pid_t pid;

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    pid = fork();
    if (pid == 0)
        syscall(SYS_exit_group, seal(pair[1], directory) ? act() : NOT_SEALED);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(pair[0]);
    close(pair[1]);
    return status;
}

void assert_walls(pid_t pid, char status[SEALED_STATUS_MAX])
{
    static const char *const lines[] = {"NoNewPrivs:\t1", "Seccomp:\t2",
                                        "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000",
                                        "CapAmb:\t0000000000000000"};
    char path[64];
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = fopen(path, "re");
    assert_non_null(file);
    status[fread(status, 1, SEALED_STATUS_MAX - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_non_null(strstr(status, lines[i]));
}

void assert_succeeds(int status)
{
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

void assert_stopped(int status)
{
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
        fail_msg("it was not stopped: status %x", (unsigned)status);
}
