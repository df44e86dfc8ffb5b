/* SPDX-License-Identifier: BSD-3-Clause */
/* What a sealed process can do with a directory that it was given. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sealed.h"

/* A directory that holds `inside`, in one that holds `outside`. */
static char around[] = "/tmp/pam_jwt-sandbox.XXXXXX", given[sizeof(around) + 8];

static void make_file(const char *directory, const char *name)
{
    char path[128];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
}

static int make_directories(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(around));
    snprintf(given, sizeof(given), "%s/given", around);
    assert_int_equal(mkdir(given, 0755), 0);
    assert_int_equal(chmod(around, 0755), 0);
    make_file(given, "inside");
    make_file(around, "outside");
    return 0;
}

static int remove_directories(void **state)
{
    int fd = open(around, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    (void)state;
    unlinkat(fd, "given/inside", 0);
    unlinkat(fd, "given", AT_REMOVEDIR);
    unlinkat(fd, "outside", 0);
    close(fd);
    return rmdir(around);
}

static int open_beneath(const char *path, int flags)
{
    return openat(DIRECTORY, path, flags | O_CLOEXEC, 0600);
}

static int open_inside(void)
{
    char byte = 0;
    int fd = open_beneath("inside", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

    return fd > DIRECTORY && read(fd, &byte, 1) == 1 && byte == 'x' ? 0 : 1;
}

static int map_inside(void)
{
    int fd = open_beneath("inside", O_RDONLY);
    const char *byte = mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0);

    return byte != MAP_FAILED && *byte == 'x' ? 0 : 1;
}

static int open_outside(void)
{
    if (open_beneath("../outside", O_RDONLY) != -1 || errno != EACCES)
        return 1;
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) == -1 && errno == EACCES ? 0 : 2;
}

static int open_many(void)
{
    int last = 0;

    for (int i = 0; i < 20 && last >= 0; i++)
        last = open_beneath("inside", O_RDONLY);
    return last == -1 && errno == EMFILE ? 0 : 1;
}

static int open_to_write(void)
{
    return open_beneath("inside", O_WRONLY);
}

static int open_to_read_and_write(void)
{
    return open_beneath("inside", O_RDWR);
}

static int create_beneath(void)
{
    return open_beneath("new", O_RDONLY | O_CREAT);
}

static int create_without_a_name(void)
{
    return open_beneath(".", O_TMPFILE | O_RDWR);
}

static int truncate_beneath(void)
{
    return open_beneath("inside", O_RDONLY | O_TRUNC);
}

static int unlink_beneath(void)
{
    return unlinkat(DIRECTORY, "inside", 0);
}

static int rename_beneath(void)
{
    return renameat(DIRECTORY, "inside", DIRECTORY, "outside");
}

static bool has_landlock(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0;
}

static void beneath_a_directory(void **state)
{
    int (*const dies[])(void) = {
        open_to_write,    open_to_read_and_write, create_beneath, create_without_a_name,
        truncate_beneath, unlink_beneath,         rename_beneath,
    };

    (void)state;
    assert_succeeds(run_sealed(given, open_inside));
    assert_succeeds(run_sealed(given, map_inside));
    assert_succeeds(run_sealed(given, open_many));
    if (has_landlock())
        assert_succeeds(run_sealed(given, open_outside));
    for (size_t i = 0; i < sizeof(dies) / sizeof(dies[0]); i++)
        assert_stopped(run_sealed(given, dies[i]));
}

static int by_filter(bool may_read)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        if (sandbox_seccomp(may_read) != 0)
            _exit(NOT_SEALED);
        syscall(SYS_exit_group, open("/etc/passwd", O_RDONLY | O_CLOEXEC) == -1 ? errno : 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Without a directory the filter alone is enough, on a kernel without Landlock. */
static void filter_alone(void **state)
{
    (void)state;
    assert_int_equal(by_filter(false), EACCES);
    assert_int_equal(by_filter(true), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beneath_a_directory),
        cmocka_unit_test(filter_alone),
    };

    return cmocka_run_group_tests(tests, make_directories, remove_directories);
}
