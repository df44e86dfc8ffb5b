/* SPDX-License-Identifier: BSD-3-Clause */
/* What the process of jwt-fetch that speaks with the network cannot do. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "network-world.h"

static int read_elsewhere(void)
{
    return open(network_other, O_RDONLY | O_CLOEXEC);
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
    return unlink(network_named);
}

static int change_a_file(void)
{
    return chmod(network_named, 0600);
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

static bool has_landlock(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
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
        if (network_run_sealed(is_refused) != 0)
            fail_msg("act %zu is not refused", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refused)};

    return cmocka_run_group_tests(tests, network_make_world, network_remove_world);
}
