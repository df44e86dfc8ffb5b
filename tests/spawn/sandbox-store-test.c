/* SPDX-License-Identifier: BSD-3-Clause */
/* What jwt-replay can do once it is sealed: names of empty files beneath one directory. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sealed.h"

static char store[] = "/tmp/pam_jwt-store.XXXXXX";

static int make_store(void **state)
{
    (void)state;
    return mkdtemp(store) ? 0 : -1;
}

static int remove_store(void **state)
{
    (void)state;
    return rmdir(store);
}

/* A child with the store as descriptor 4: how it ended. */
static int run_in_store(int (*act)(void))
{
    int status, pair[2];
    pid_t pid;

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    pid = fork();
    if (pid == 0) {
        struct sandbox_result result;
        bool sealed = dup2(pair[1], 9) == 9 && dup2(9, SOCKET) == SOCKET &&
                      close_range(DIRECTORY, ~0U, 0) == 0 &&
                      open(store, O_RDONLY | O_DIRECTORY | O_CLOEXEC) == DIRECTORY &&
                      sandbox_enter_store(DIRECTORY, 5, &result);

        syscall(SYS_exit_group, sealed ? act() : NOT_SEALED);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(pair[0]);
    close(pair[1]);
    return status;
}

/* --- what is left ----------------------------------------------------------------------------- */

static int keep_a_name(void)
{
    int shard, file;

    if (mkdirat(DIRECTORY, "a", 0700) != 0)
        return 1;
    shard = openat(DIRECTORY, "a", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (flock(shard, LOCK_EX) != 0)
        return 2;
    file = openat(shard, "b", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 || fsync(file) != 0 || fsync(shard) != 0 || fsync(DIRECTORY) != 0)
        return 3;
    return unlinkat(shard, "b", 0) == 0 ? 0 : 4;
}

static int talk(void)
{
    return send(SOCKET, "x", 1, MSG_NOSIGNAL) == 1 ? 0 : 1;
}

/* Nobody but Landlock keeps root from it. */
static int go_elsewhere(void)
{
    if (open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC) != -1 || errno != EACCES)
        return 1;
    if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) != -1 || errno != EACCES)
        return 2;
    if (openat(DIRECTORY, "../pam_jwt-none", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) != -1 ||
        errno != EACCES)
        return 3;
    if (mkdirat(DIRECTORY, "../pam_jwt-none", 0700) != -1 || errno != EACCES)
        return 4;
    return unlinkat(DIRECTORY, "../pam_jwt-none", 0) == -1 && (errno == EACCES || errno == ENOENT)
               ? 0
               : 5;
}

/* Neither what is there, nor directories. */
static int read_or_remove(void)
{
    int file = openat(DIRECTORY, "c", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (file < 0 || openat(DIRECTORY, "c", O_RDONLY | O_CLOEXEC) != -1 || errno != EACCES)
        return 1;
    if (unlinkat(DIRECTORY, "a", AT_REMOVEDIR) != -1 || errno != EACCES)
        return 2;
    return unlinkat(DIRECTORY, "c", 0) == 0 ? 0 : 3;
}

static bool has_landlock(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0;
}

static void left(void **state)
{
    char made[sizeof(store) + 2];

    (void)state;
    assert_succeeds(run_in_store(talk));
    assert_succeeds(run_in_store(keep_a_name));
    if (has_landlock()) {
        assert_succeeds(run_in_store(go_elsewhere));
        assert_succeeds(run_in_store(read_or_remove));
    }
    (void)snprintf(made, sizeof(made), "%s/a", store);
    assert_int_equal(rmdir(made), 0);
}

/* --- what ends it ----------------------------------------------------------------------------- */

static int write_into_a_file(void)
{
    int file = openat(DIRECTORY, "d", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    (void)unlinkat(DIRECTORY, "d", 0);
    return write(file, "x", 1) == 1;
}

static int link_a_file(void)
{
    return linkat(DIRECTORY, "d", DIRECTORY, "e", 0);
}

static int rename_a_file(void)
{
    return renameat(DIRECTORY, "d", DIRECTORY, "e");
}

static int change_a_mode(void)
{
    return fchmod(DIRECTORY, 0777);
}

static int make_a_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}

static int start_a_process(void)
{
    return (int)syscall(SYS_fork);
}

static int run_a_program(void)
{
    char *argv[] = {(char *)"/bin/true", NULL}, *envp[] = {NULL};

    return execve(argv[0], argv, envp);
}

static int become_somebody(void)
{
    return (int)syscall(SYS_setresuid, 0, 0, 0);
}

static void forbidden(void **state)
{
    int (*const acts[])(void) = {write_into_a_file, link_a_file,    rename_a_file,
                                 change_a_mode,     make_a_socket,  start_a_process,
                                 run_a_program,     become_somebody};

    (void)state;
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
        assert_stopped(run_in_store(acts[i]));
}

/* --- from outside ----------------------------------------------------------------------------- */

/* Somebody else has called a set-uid host: he must not be able to send signals to it. */
static void seen_from_outside(void **state)
{
    char status[SEALED_STATUS_MAX], byte;
    int pair[2], ended;
    pid_t pid;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    pid = fork();
    if (pid == 0) {
        struct sandbox_result result;
        int directory = open(store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if ((geteuid() == 0 && setresuid(65534, 0, 0) != 0) || dup2(pair[1], SOCKET) != SOCKET ||
            !sandbox_enter_store(directory, 5, &result))
            _exit(NOT_SEALED);
        send(SOCKET, "r", 1, MSG_NOSIGNAL);
        recv(SOCKET, &byte, 1, 0);
        syscall(SYS_exit_group, 0);
    }
    assert_int_equal(recv(pair[0], &byte, 1, 0), 1);
    assert_walls(pid, status);
    if (geteuid() == 0)
        assert_non_null(strstr(status, "Uid:\t0\t0\t0\t0"));
    assert_int_equal(send(pair[0], "r", 1, MSG_NOSIGNAL), 1);
    assert_int_equal(waitpid(pid, &ended, 0), pid);
    assert_int_equal(ended, 0);
    close(pair[0]);
    close(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(left),
        cmocka_unit_test(forbidden),
        cmocka_unit_test(seen_from_outside),
    };

    return cmocka_run_group_tests(tests, make_store, remove_store);
}
