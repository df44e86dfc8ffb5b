/* SPDX-License-Identifier: BSD-3-Clause */
/* What the process of jwt-fetch that speaks with the network can do, and what not. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/securebits.h>
#include <netinet/in.h>
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
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../sys/sandbox.h"

#define FILE_MAX 1000 /* bytes */
#define NOT_SEALED 100
#define OPENED 3 /* a file that was open before */

static char named[] = "/tmp/pam_jwt-named.XXXXXX", other[] = "/tmp/pam_jwt-other.XXXXXX";
static struct sockaddr_in listening = {.sin_family = AF_INET};

static bool seal(void)
{
    const struct sandbox_network network = {SANDBOX_UNPRIVILEGED, 5, FILE_MAX, named};
    struct sandbox_result result;

    return sandbox_enter_network(&network, &result);
}

static int run_sealed(int (*act)(void))
{
    int status, file = memfd_create("test", MFD_CLOEXEC);
    pid_t pid = fork();

    if (pid == 0) {
        if (dup2(file, OPENED) != OPENED || close_range(OPENED + 1, ~0U, 0) != 0 || !seal())
            _exit(NOT_SEALED);
        _exit(act());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(file);
    return status;
}

static bool has_landlock(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

/* --- what is left ----------------------------------------------------------------------------- */

static int read_places(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 &&
                   open("/usr/bin/env", O_RDONLY | O_CLOEXEC) >= 0 &&
                   open(named, O_RDONLY | O_CLOEXEC) >= 0
               ? 0
               : 1;
}

static int connect_somewhere(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    return connect(fd, (const struct sockaddr *)&listening, sizeof(listening)) == 0 ||
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
        if (run_sealed(acts[i]) != 0)
            fail_msg("act %zu fails", i);
}

/* --- what is refused -------------------------------------------------------------------------- */

static int read_elsewhere(void)
{
    return open(other, O_RDONLY | O_CLOEXEC);
}

static int make_a_file(void)
{
    return open("/tmp/pam_jwt-sandbox", O_RDWR | O_CREAT, 0600);
}

static int write_a_device(void)
{
    return open("/dev/null", O_WRONLY);
}

static int truncate_a_device(void)
{
    return open("/dev/null", O_RDONLY | O_TRUNC);
}

static int remove_a_file(void)
{
    return unlink(named);
}

static int change_a_file(void)
{
    return chmod(named, 0600);
}

static int local_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int local_datagrams(void)
{
    int pair[2];

    return socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
}

static int raw_socket(void)
{
    return socket(AF_INET, SOCK_RAW, IPPROTO_TCP);
}

static int routing_socket(void)
{
    return socket(AF_NETLINK, SOCK_RAW, 0);
}

static int wait_for_connections(void)
{
    return listen(socket(AF_INET, SOCK_STREAM, 0), 1);
}

static int take_a_port(void)
{
    const struct sockaddr_in any = {.sin_family = AF_INET};

    return bind(socket(AF_INET, SOCK_DGRAM, 0), (const struct sockaddr *)&any, sizeof(any));
}

static int start_a_process(void)
{
    return fork();
}

static int trace_itself(void)
{
    return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int signal_its_parent(void)
{
    return kill(getppid(), 0);
}

/* Each of these has the kernel send a signal of its choice to a process of the same uid. */
static int signal_by_a_socket(void)
{
    return fcntl(socket(AF_INET, SOCK_DGRAM, 0), F_SETFL, O_ASYNC);
}

static int choose_whom_to_signal(void)
{
    return fcntl(socket(AF_INET, SOCK_DGRAM, 0), F_SETOWN, getppid());
}

static int choose_a_signal(void)
{
    return fcntl(socket(AF_INET, SOCK_DGRAM, 0), F_SETSIG, SIGKILL);
}

static int signal_by_a_directory(void)
{
    return fcntl(open("/etc", O_RDONLY | O_DIRECTORY), F_NOTIFY, DN_ACCESS);
}

static int become_root(void)
{
    return setuid(0);
}

static int outlive_its_parent(void)
{
    return prctl(PR_SET_PDEATHSIG, 0);
}

static int raise_a_limit(void)
{
    const struct rlimit limit = {100000, 100000};

    return setrlimit(RLIMIT_FSIZE, &limit);
}

static int map_what_can_be_written_and_run(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) == MAP_FAILED
               ? -1
               : 0;
}

static int run_what_was_written(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int (*refused_act)(void);

static int is_refused(void)
{
    return refused_act() == -1 && (errno == EPERM || errno == EACCES) ? 0 : 1;
}

static void refused(void **state)
{
    int (*const acts[])(void) = {
        make_a_file,           write_a_device,
        truncate_a_device,     remove_a_file,
        change_a_file,         local_socket,
        local_datagrams,       raw_socket,
        routing_socket,        wait_for_connections,
        take_a_port,           start_a_process,
        trace_itself,          signal_its_parent,
        become_root,           outlive_its_parent,
        raise_a_limit,         map_what_can_be_written_and_run,
        run_what_was_written,  signal_by_a_socket,
        choose_whom_to_signal, choose_a_signal,
        signal_by_a_directory, read_elsewhere,
    };
    const size_t count = sizeof(acts) / sizeof(acts[0]);

    (void)state;
    for (size_t i = 0; i < count - (has_landlock() ? 0 : 1); i++) {
        refused_act = acts[i];
        if (run_sealed(is_refused) != 0)
            fail_msg("act %zu is not refused", i);
    }
}

/* --- what ends it ----------------------------------------------------------------------------- */

static void ends_with(int (*act)(void), int signal)
{
    int status = run_sealed(act);

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
            if (!seal() || write(ends_of[1], "r", 1) != 1)
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
        _exit(dup2(pair[1], OPENED) == OPENED && keep_capabilities() && seal() ? look_at_itself()
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

static int make_world(void **state)
{
    socklen_t len = sizeof(listening);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int files[] = {mkstemp(named), mkstemp(other)};

    (void)state;
    for (size_t i = 0; i < 2; i++)
        if (files[i] < 0 || fchmod(files[i], 0644) != 0 || close(files[i]) != 0)
            return -1;
    listening.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return bind(fd, (const struct sockaddr *)&listening, len) == 0 && listen(fd, 1) == 0 &&
                   getsockname(fd, (struct sockaddr *)&listening, &len) == 0
               ? 0
               : -1;
}

static int remove_world(void **state)
{
    (void)state;
    return unlink(named) == 0 && unlink(other) == 0 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(left),
        cmocka_unit_test(refused),
        cmocka_unit_test(ends),
        cmocka_unit_test(ends_with_its_parent),
        cmocka_unit_test(seen_from_outside),
    };

    return cmocka_run_group_tests(tests, make_world, remove_world);
}
