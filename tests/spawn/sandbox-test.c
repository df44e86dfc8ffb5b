/* SPDX-License-Identifier: BSD-3-Clause */
/* What a sealed process cannot do any more, seen from inside and from outside. */
#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sealed.h"

/* --- what is left ----------------------------------------------------------------------------- */

static int talk(void)
{
    char byte = 'x';

    if (send(SOCKET, &byte, 1, MSG_NOSIGNAL) != 1)
        return 1;
    return recv(SOCKET, &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN ? 0 : 2;
}

static int use_memory(void)
{
    char *small = malloc(100), *large = malloc(10000000);

    if (!small || !large)
        return 1;
    memset(large, 1, 10000000);
    free(large);
    free(small);
    return 0;
}

/* Not even in place of a descriptor that was closed. */
static int open_a_file(void)
{
    close(0);
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) == -1 && errno == EACCES ? 0 : 1;
}

static int ask_for_too_much_memory(void)
{
    return malloc((size_t)600 * 1024 * 1024) ? 1 : 0;
}

static void left(void **state)
{
    int (*const acts[])(void) = {talk, use_memory, open_a_file, ask_for_too_much_memory};

    (void)state;
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
        assert_succeeds(run_sealed(NULL, acts[i]));
}

static int call_abort(void)
{
    abort();
}

/* An abort looks like one, not like a violation. */
static void abort_is_an_abort(void **state)
{
    int status = run_sealed(NULL, call_abort);

    (void)state;
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* --- what is forbidden ------------------------------------------------------------------------ */

static int make_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}

static int write_a_file(void)
{
    return open("/tmp/pam_jwt-sandbox", O_WRONLY | O_CREAT, 0600);
}

static int truncate_a_file(void)
{
    return open("/dev/null", O_RDONLY | O_TRUNC);
}

static int start_a_process(void)
{
    return fork();
}

static int run_a_program(void)
{
    char *argv[] = {(char *)"/bin/true", NULL}, *envp[] = {NULL};

    return execve(argv[0], argv, envp);
}

static int map_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
           MAP_FAILED;
}

static int make_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int write_to_the_socket(void)
{
    return write(SOCKET, "x", 1) == 1;
}

static int send_elsewhere(void)
{
    return send(1, "x", 1, MSG_NOSIGNAL) == 1;
}

static int signal_another(void)
{
    return kill(getppid(), 0);
}

static int signal_another_thread(void)
{
    return (int)syscall(SYS_tgkill, 1, 1, SIGABRT);
}

static int trace_itself(void)
{
    return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int become_root(void)
{
    return setuid(0);
}

static int raise_a_limit(void)
{
    return (int)syscall(SYS_prlimit64, 0, 0, NULL, NULL);
}

static void forbidden(void **state)
{
    int (*const acts[])(void) = {
        make_socket,    write_a_file,   truncate_a_file, start_a_process,
        run_a_program,  map_code,       make_code,       write_to_the_socket,
        send_elsewhere, signal_another, trace_itself,    signal_another_thread,
        become_root,    raise_a_limit,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
        assert_stopped(run_sealed(NULL, acts[i]));
}

/* --- from outside ----------------------------------------------------------------------------- */

static void check_status(bool keep_capabilities)
{
    char status[SEALED_STATUS_MAX], ready = 0;
    int pair[2];
    pid_t pid;

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    pid = fork();
    if (pid == 0) {
        if (keep_capabilities && prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) != 0)
            _exit(1);
        if (!seal(pair[1], NULL))
            _exit(NOT_SEALED);
        send(SOCKET, "r", 1, MSG_NOSIGNAL);
        recv(SOCKET, &ready, 1, 0);
        syscall(SYS_exit_group, 0);
    }
    assert_int_equal(recv(pair[0], &ready, 1, 0), 1);
    assert_walls(pid, status);
    if (geteuid() == 0) {
        assert_null(strstr(status, "Uid:\t0"));
        assert_non_null(strstr(status, "Uid:\t65534\t65534\t65534\t65534"));
        assert_non_null(strstr(status, "Gid:\t65534\t65534\t65534\t65534"));
        assert_non_null(strstr(status, "Groups:\t \n"));
    }
    close(pair[0]);
    close(pair[1]);
    waitpid(pid, NULL, 0);
}

static void seen_from_outside(void **state)
{
    (void)state;
    check_status(false);
}

/* Such a host keeps all capabilities when the uid changes. */
static void no_setuid_fixup(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    check_status(true);
}

/* --- refusals --------------------------------------------------------------------------------- */

static void refused_by(const char *directory)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        struct sandbox_result result;

        _exit(!sandbox_enter(directory, 5, &sealed_nothing, &result) &&
                      strstr(result.error, directory)
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void nobody_to_become(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    refused_by("/nonexistent");
    refused_by("/etc/passwd"); /* no directory */
    refused_by("/etc");        /* root's */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(left),
        cmocka_unit_test(abort_is_an_abort),
        cmocka_unit_test(forbidden),
        cmocka_unit_test(seen_from_outside),
        cmocka_unit_test(no_setuid_fixup),
        cmocka_unit_test(nobody_to_become),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
