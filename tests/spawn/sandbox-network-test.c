/* SPDX-License-Identifier: BSD-3-Clause */
/* What the process of jwt-fetch that speaks with the network can do, and what ends it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "network-world.h"

/* --- what is left ----------------------------------------------------------------------------- */

static int read_places(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 &&
                   open("/usr/bin/env", O_RDONLY | O_CLOEXEC) >= 0 &&
                   open(network_named, O_RDONLY | O_CLOEXEC) >= 0
               ? 0
               : 1;
}

static int connect_somewhere(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    return connect(fd, (const struct sockaddr *)&network_listening, sizeof(network_listening)) ==
                       0 ||
                   errno == EINPROGRESS
               ? 0
               : 1;
}

static int make_sockets(void)
{
    int pair[2];

    return socket(AF_INET6, SOCK_STREAM, 0) >= 0 && socket(AF_INET, SOCK_DGRAM, 0) >= 0 &&
                   socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0
               ? 0
               : 1;
}

static void *set_true(void *flag)
{
    *(bool *)flag = true;
    return NULL;
}

static int start_a_thread(void)
{
    bool ran = false;
    pthread_t thread;

    return pthread_create(&thread, NULL, set_true, &ran) == 0 && pthread_join(thread, NULL) == 0 &&
                   ran
               ? 0
               : 1;
}

static int load_a_library(void)
{
    int fd = open("/usr/bin/env", O_RDONLY | O_CLOEXEC);

    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) != MAP_FAILED ? 0 : 1;
}

static int write_what_is_open(void)
{
    static const char bytes[FILE_MAX];

    return write(OPENED, bytes, sizeof(bytes)) == sizeof(bytes) ? 0 : 1;
}

static void left(void **state)
{
    int (*const acts[])(void) = {read_places,    connect_somewhere, make_sockets,
                                 start_a_thread, load_a_library,    write_what_is_open};

    (void)state;
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
        if (network_run_sealed(acts[i]) != 0)
            fail_msg("act %zu fails", i);
}

/* --- what ends it ----------------------------------------------------------------------------- */

static void ends_with(int (*act)(void), int signal)
{
    int status = network_run_sealed(act);

    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), signal);
}

static int run_a_program(void)
{
    char *argv[] = {(char *)"/bin/true", NULL}, *envp[] = {NULL};

    return execve(argv[0], argv, envp);
}

static int run_an_open_program(void)
{
    return (int)syscall(SYS_execveat, OPENED, "", NULL, NULL, AT_EMPTY_PATH);
}

static int write_too_much(void)
{
    return write_what_is_open() + write_what_is_open();
}

static int call_abort(void)
{
    abort();
}

static void ends(void **state)
{
    (void)state;
    ends_with(run_a_program, SIGSYS);
    ends_with(run_an_open_program, SIGSYS);
    ends_with(write_too_much, SIGXFSZ);
    ends_with(call_abort, SIGABRT);
}

/* The pipe's end of file tells that nobody is left. */
static void ends_with_its_parent(void **state)
{
    struct pollfd ended = {.events = POLLIN};
    int ends_of[2], status;
    pid_t pid;
    char byte;

    (void)state;
    assert_int_equal(pipe(ends_of), 0);
    pid = fork();
    if (pid == 0) {
        if (fork() == 0) {
            if (!network_seal() || write(ends_of[1], "r", 1) != 1)
                _exit(NOT_SEALED);
            (void)poll(NULL, 0, 60000);
            _exit(0);
        }
        close(ends_of[1]);
        _exit(read(ends_of[0], &byte, 1) == 1 ? 0 : 1);
    }
    close(ends_of[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    ended.fd = ends_of[0];
    assert_int_equal(poll(&ended, 1, 30000), 1);
    close(ends_of[0]);
}

/* --- from outside ----------------------------------------------------------------------------- */

static int look_at_itself(void)
{
    char byte = 0;

    return write(OPENED, "r", 1) == 1 && read(OPENED, &byte, 1) == 1 ? 0 : 1;
}

static void assert_sealed(const char *status)
{
    static const char *const lines[] = {"NoNewPrivs:\t1", "Seccomp:\t2",
                                        "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000",
                                        "CapAmb:\t0000000000000000"};

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_non_null(strstr(status, lines[i]));
    if (geteuid() != 0)
        return;
    assert_non_null(strstr(status, "Uid:\t65534\t65534\t65534\t65534"));
    assert_non_null(strstr(status, "Gid:\t65534\t65534\t65534\t65534"));
    assert_non_null(strstr(status, "Groups:\t \n"));
}

/* A host with this bit keeps all capabilities when the uid changes. */
static bool keep_capabilities(void)
{
    return geteuid() != 0 || prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) == 0;
}

static void seen_from_outside(void **state)
{
    char status[8192] = "", path[64], byte;
    int pair[2], file, outcome;
    pid_t pid;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    pid = fork();
    if (pid == 0)
        _exit(dup2(pair[1], OPENED) == OPENED && keep_capabilities() && network_seal()
                  ? look_at_itself()
                  : NOT_SEALED);
    close(pair[1]);
    assert_int_equal(read(pair[0], &byte, 1), 1);
    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(read(file, status, sizeof(status) - 1) > 0);
    close(file);
    assert_sealed(status);
    assert_int_equal(write(pair[0], "r", 1), 1);
    close(pair[0]);
    assert_int_equal(waitpid(pid, &outcome, 0), pid);
    assert_int_equal(outcome, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(left),
        cmocka_unit_test(ends),
        cmocka_unit_test(ends_with_its_parent),
        cmocka_unit_test(seen_from_outside),
    };

    return cmocka_run_group_tests(tests, network_make_world, network_remove_world);
}
