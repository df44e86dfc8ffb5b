/* SPDX-License-Identifier: BSD-3-Clause */
/* Running a helper from hosts that are not nice: each rule of sys/spawn.c has its host here. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../sys/spawn.h"

#define NOBODY 65534
#define SKIPPED 77

static enum spawn_outcome ask_at(const char *path, const char *mode, int64_t timeout_ms,
                                 char reply[64])
{
    const struct span messages[] = {span_text(mode)};
    const struct spawn_call call = {
        .path = path,
        .also_trusted = geteuid(),
        .messages = messages,
        .message_count = 1,
        .file = -1,
        .deadline_ms = spawn_now_ms() + timeout_ms,
    };
    size_t len;
    int error;
    enum spawn_outcome outcome = spawn_ask(&call, (unsigned char *)reply, 63, &len, &error);

    reply[len] = '\0';
    return outcome;
}

static enum spawn_outcome ask(const char *mode, char reply[64])
{
    return ask_at(SPAWN_HELPER, mode, 20000, reply);
}

static bool echoes(void)
{
    char reply[64];

    return ask("echo", reply) == SPAWN_REPLIED && strcmp(reply, "echo") == 0;
}

static bool no_child_left(void)
{
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD;
}

/* Runs a host of its own; its exit status is 0 if all was well, SKIPPED if it cannot be made here.
 */
static void in_host(int (*host)(void))
{
    pid_t pid = fork();
    int status;

    if (pid == 0)
        _exit(host());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SKIPPED)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* --- outcomes --------------------------------------------------------------------------------- */

static void outcomes(void **state)
{
    static const struct {
        const char *mode;
        enum spawn_outcome outcome;
    } cases[] = {
        {"echo", SPAWN_REPLIED},           {"die", SPAWN_DIED},
        {"reply-too-long", SPAWN_DIED},    {"close-and-hang", SPAWN_DIED},
        {"sigsys", SPAWN_SANDBOXED},       {"abort", SPAWN_DIED},
        {"reply-and-hang", SPAWN_REPLIED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char reply[64];

        assert_int_equal(ask(cases[i].mode, reply), cases[i].outcome);
        assert_true(no_child_left());
    }
}

static void the_helper_starts_clean(void **state)
{
    sigset_t mask;
    char reply[64];
    int inherited = dup(0);

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    assert_int_equal(ask("state", reply), SPAWN_REPLIED);
    assert_string_equal(reply, "clean");
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
    signal(SIGPIPE, SIG_DFL);
    close(inherited);
}

static void deadline(void **state)
{
    int64_t began = spawn_now_ms();
    char reply[64];

    (void)state;
    assert_int_equal(ask_at(SPAWN_HELPER, "hang", 200, reply), SPAWN_TIMEOUT);
    assert_true(spawn_now_ms() - began >= 200);
    assert_true(no_child_left());
}

static void deadline_in_the_past(void **state)
{
    char reply[64];

    (void)state;
    assert_int_equal(ask_at(SPAWN_HELPER, "hang", -1, reply), SPAWN_TIMEOUT);
    assert_true(no_child_left());
}

/* --- the program file ------------------------------------------------------------------------- */

static void copy_helper(const char *path, mode_t mode)
{
    char buffer[65536];
    int from = open(SPAWN_HELPER, O_RDONLY | O_CLOEXEC);
    int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
    ssize_t got;

    assert_true(from >= 0 && to >= 0);
    while ((got = read(from, buffer, sizeof(buffer))) > 0)
        assert_int_equal(write(to, buffer, (size_t)got), got);
    assert_int_equal(fchmod(to, mode), 0);
    close(from);
    close(to);
}

static void untrusted_programs(void **state)
{
    char directory[] = "/tmp/pam_jwt-spawn.XXXXXX", path[64], reply[64];

    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/helper", directory);
    assert_int_equal(ask_at(path, "echo", 1000, reply), SPAWN_UNTRUSTED);
    assert_int_equal(ask_at(directory, "echo", 1000, reply), SPAWN_UNTRUSTED);
    copy_helper(path, 0755);
    assert_int_equal(ask_at(path, "echo", 20000, reply), SPAWN_REPLIED);
    assert_int_equal(chmod(path, 0775), 0);
    assert_int_equal(ask_at(path, "echo", 1000, reply), SPAWN_UNTRUSTED);
    assert_int_equal(chmod(path, 0757), 0);
    assert_int_equal(ask_at(path, "echo", 1000, reply), SPAWN_UNTRUSTED);
    if (geteuid() == 0) {
        assert_int_equal(chmod(path, 0755), 0);
        assert_int_equal(chown(path, NOBODY, NOBODY), 0);
        assert_int_equal(ask_at(path, "echo", 1000, reply), SPAWN_UNTRUSTED);
    }
    unlink(path);
    rmdir(directory);
}

/* --- hosts ------------------------------------------------------------------------------------ */

static int ignoring_sigchld(void)
{
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 50; i++)
        if (!echoes())
            return 1;
    return no_child_left() ? 0 : 2;
}

static void reap_everything(int number)
{
    int saved = errno;

    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    errno = saved;
}

static int reaping_in_a_handler(void)
{
    struct sigaction action = {.sa_handler = reap_everything}, after;

    sigaction(SIGCHLD, &action, NULL);
    for (int i = 0; i < 50; i++)
        if (!echoes())
            return 1;
    sigaction(SIGCHLD, NULL, &after);
    return after.sa_handler == reap_everything && no_child_left() ? 0 : 2;
}

static int without_standard_descriptors(void)
{
    char reply[64];

    for (int fd = 0; fd < 4; fd++)
        close(fd);
    if (ask("state", reply) != SPAWN_REPLIED || strcmp(reply, "clean") != 0)
        return 1;
    for (int fd = 0; fd < 4; fd++)
        if (fcntl(fd, F_GETFD) != -1)
            return 2;
    return 0;
}

static void *ask_often(void *failures)
{
    for (int i = 0; i < 5; i++)
        if (!echoes())
            __atomic_add_fetch((int *)failures, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static int with_64_threads(void)
{
    pthread_t threads[64];
    int failures = 0;

    for (int i = 0; i < 64; i++)
        if (pthread_create(&threads[i], NULL, ask_often, &failures) != 0)
            return 1;
    for (int i = 0; i < 64; i++)
        pthread_join(threads[i], NULL);
    return failures == 0 && no_child_left() ? 0 : 2;
}

static int without_more_processes(void)
{
    struct rlimit none = {0, 0};
    char reply[64];

    if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) != 0)
        return 1;
    if (setrlimit(RLIMIT_NPROC, &none) != 0)
        return 2;
    return ask("echo", reply) == SPAWN_FAILED && fcntl(4, F_GETFD) == -1 ? 0 : 3;
}

static int without_more_descriptors(void)
{
    struct rlimit few = {4, 4};
    char reply[64];

    if (setrlimit(RLIMIT_NOFILE, &few) != 0)
        return 1;
    return ask("echo", reply) != SPAWN_REPLIED && no_child_left() ? 0 : 2;
}

/* Not even root may kill what is another user's. */
static int without_the_right_to_kill(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    int64_t began = spawn_now_ms();
    char reply[64];

    if (geteuid() != 0)
        return SKIPPED;
    if (syscall(SYS_capget, &header, data) != 0)
        return 1;
    data[0].effective &= ~(1u << CAP_KILL);
    data[0].permitted &= ~(1u << CAP_KILL);
    if (syscall(SYS_capset, &header, data) != 0)
        return 2;
    return ask_at(SPAWN_HELPER, "become-nobody-and-hang", 200, reply) == SPAWN_TIMEOUT &&
                   spawn_now_ms() - began < 10000
               ? 0
               : 3;
}

static int without_proc(void)
{
    if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return SKIPPED;
    if (mount(NULL, "/proc", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", "/proc", "tmpfs", 0, NULL) != 0)
        return SKIPPED;
    return access("/proc/self", F_OK) != 0 && echoes() ? 0 : 1;
}

static int interrupted_all_the_time(void)
{
    /* a timer that interrupts every system call */
    struct sigaction action = {.sa_handler = reap_everything};
    struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
    bool good;

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    good = echoes() && echoes() && echoes();
    setitimer(ITIMER_REAL, &never, NULL);
    return good ? 0 : 1;
}

static int keeping_errno(void)
{
    errno = EXDEV;
    return echoes() && errno == EXDEV ? 0 : 1;
}

#define HOST(name)                                                                                 \
    static void host_##name(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        in_host(name);                                                                             \
    }

HOST(ignoring_sigchld)
HOST(reaping_in_a_handler)
HOST(without_standard_descriptors)
HOST(with_64_threads)
HOST(without_more_processes)
HOST(without_more_descriptors)
HOST(without_the_right_to_kill)
HOST(without_proc)
HOST(interrupted_all_the_time)
HOST(keeping_errno)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes),
        cmocka_unit_test(the_helper_starts_clean),
        cmocka_unit_test(deadline),
        cmocka_unit_test(deadline_in_the_past),
        cmocka_unit_test(untrusted_programs),
        cmocka_unit_test(host_ignoring_sigchld),
        cmocka_unit_test(host_reaping_in_a_handler),
        cmocka_unit_test(host_without_standard_descriptors),
        cmocka_unit_test(host_with_64_threads),
        cmocka_unit_test(host_without_more_processes),
        cmocka_unit_test(host_without_more_descriptors),
        cmocka_unit_test(host_without_the_right_to_kill),
        cmocka_unit_test(host_without_proc),
        cmocka_unit_test(host_interrupted_all_the_time),
        cmocka_unit_test(host_keeping_errno),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
