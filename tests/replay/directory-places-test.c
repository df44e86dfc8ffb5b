/* SPDX-License-Identifier: BSD-3-Clause */
/* Spent tokens in a directory: whose it is, which disk it is on, and many processes at once. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "directory-world.h"

#define SKIPPED 77

/* --- the store -------------------------------------------------------------------------------- */

static void stores_that_are_not_safe(void **state)
{
    struct scratch *scratch = *state;
    int directory;

    assert_int_equal(chmod(scratch->directory, 0775), 0);
    assert_int_equal(store_try_open(scratch, &directory), STATUS_CONFIG_ERROR);
    store_assert_detail("expected nobody but its owner to write it");
    assert_int_equal(chmod(scratch->directory, 0755), 0);
    assert_int_equal(
        replay_directory_open(scratch_path(scratch, "none"), geteuid(), &directory, &store_report),
        STATUS_CONFIG_ERROR);
    store_assert_detail("No such file or directory");
    assert_int_equal(directory, -1);
}

/* It must outlast a power cut, before an entry in it does. */
static void a_new_store(void **state)
{
    int directory;

    assert_int_equal(store_try_open(*state, &directory), STATUS_ACCEPTED);
    assert_string_equal(store_synced, "d");
    close(directory);
    assert_int_equal(store_try_open(*state, &directory), STATUS_ACCEPTED);
    assert_string_equal(store_synced, "d");
    close(directory);
}

static void own_directories_that_are_not_safe(void **state)
{
    struct scratch *scratch = *state;
    char own[32];
    int directory;

    (void)snprintf(own, sizeof(own), "%u", (unsigned)geteuid());
    assert_int_equal(symlink("/tmp", scratch_path(scratch, own)), 0);
    assert_int_equal(store_try_open(scratch, &directory), STATUS_REPLAY_UNAVAILABLE);
    assert_int_equal(unlink(scratch->path), 0);

    assert_int_equal(mkdir(scratch->path, 0700), 0);
    assert_int_equal(chmod(scratch->path, 0710), 0);
    assert_int_equal(store_try_open(scratch, &directory), STATUS_CONFIG_ERROR);
    store_assert_detail("mode 0700, found");
    assert_int_equal(chmod(scratch->path, 0700), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(scratch->path, 65534, 65534), 0);
        assert_int_equal(store_try_open(scratch, &directory), STATUS_CONFIG_ERROR);
        store_assert_detail("found uid 65534");
    }
    assert_int_equal(directory, -1);
}

/* --- other users and disks -------------------------------------------------------------------- */

/* What `act` returns in a process of its own, as root first; skipped if that cannot be. */
static void apart(struct scratch *scratch, int (*act)(struct scratch *))
{
    pid_t pid = geteuid() == 0 ? fork() : -1;
    int status;

    if (pid == 0)
        _exit(act(scratch));
    if (pid < 0)
        skip();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SKIPPED)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* In a store of root's, nobody has to be given a directory. */
static int be_nobody(struct scratch *scratch)
{
    char own[PATH_MAX];
    int directory;

    (void)snprintf(own, sizeof(own), "%s/65534", scratch->directory);
    if (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0)
        return SKIPPED;
    if (replay_directory_open(scratch->directory, 0, &directory, &store_report) !=
            STATUS_CONFIG_ERROR ||
        !strstr(store_report.detail, own) ||
        !strstr(store_report.detail, "install -d -o 65534 -g 65534 -m 700"))
        return 1;
    return 0;
}

static int be_nobody_with_a_directory(struct scratch *scratch)
{
    int directory;

    if (mkdir(scratch_path(scratch, "65534"), 0700) != 0 ||
        chown(scratch->path, 65534, 65534) != 0 || setresgid(65534, 65534, 65534) != 0 ||
        setresuid(65534, 65534, 65534) != 0)
        return SKIPPED;
    if (replay_directory_open(scratch->directory, 0, &directory, &store_report) != STATUS_ACCEPTED)
        return 1;
    return store_spend(directory, 1, NOW + 60) == STATUS_ACCEPTED &&
                   store_spend(directory, 1, NOW + 60) == STATUS_REPLAYED
               ? 0
               : 2;
}

static void another_user(void **state)
{
    apart(*state, be_nobody);
    apart(*state, be_nobody_with_a_directory);
}

/* A small disk of its own, for this process only. */
static bool mount_disk(const char *path, const char *options)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("disk", path, "tmpfs", 0, options) == 0;
}

static int fails_with(int directory, unsigned number, int error)
{
    if (store_spend(directory, number, NOW + 60) != STATUS_REPLAY_UNAVAILABLE)
        return 1;
    return strstr(store_report.detail, strerror(error)) ? 0 : 2;
}

static int read_only(struct scratch *scratch)
{
    int directory;

    if (!mount_disk(scratch->directory, "mode=0755"))
        return SKIPPED;
    directory = store_open(scratch);
    if (store_spend(directory, 1, NOW + 60) != STATUS_ACCEPTED)
        return 3;
    close(directory);
    if (mount(NULL, scratch->directory, NULL, MS_REMOUNT | MS_RDONLY, NULL) != 0)
        return SKIPPED;
    directory = store_open(scratch);
    if (store_spend(directory, 1, NOW + 60) != STATUS_REPLAYED)
        return 4;
    return fails_with(directory, 2, EROFS);
}

/* Room for the store's directories and one entry. */
static int no_inodes(struct scratch *scratch)
{
    int directory;

    if (!mount_disk(scratch->directory, "mode=0755,nr_inodes=4"))
        return SKIPPED;
    directory = store_open(scratch);
    if (store_spend(directory, 1, NOW + 60) != STATUS_ACCEPTED)
        return 3;
    return fails_with(directory, 2, ENOSPC);
}

static void disks(void **state)
{
    apart(*state, read_only);
    apart(*state, no_inodes);
}

/* --- many at once ----------------------------------------------------------------------------- */

#define PROCESSES 8
#define TOKENS 50

/* How many of TOKENS tokens this process got. */
static int spend_all(struct scratch *scratch)
{
    int directory = store_open(scratch), got = 0;

    for (unsigned n = 0; n < TOKENS; n++)
        got += store_spend(directory, n, NOW + 60) == STATUS_ACCEPTED;
    return got;
}

static void many_at_once(void **state)
{
    pid_t pids[PROCESSES];
    int status, got = 0;

    for (int i = 0; i < PROCESSES; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            _exit(spend_all(*state));
    }
    for (int i = 0; i < PROCESSES; i++) {
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_true(WIFEXITED(status));
        got += WEXITSTATUS(status);
    }
    assert_int_equal(got, TOKENS);
}

/* Whoever looks and writes has the shard for himself: what another has made meanwhile is seen. */
static void waits_for_the_lock(void **state)
{
    int directory = store_open(*state), shard, ends[2], status;
    char byte;
    pid_t pid;

    assert_int_equal(store_spend(directory, 0, NOW + 60), STATUS_ACCEPTED);
    shard = store_open_shard(directory);
    assert_int_equal(flock(shard, LOCK_EX), 0);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid = fork();
    if (pid == 0) {
        store_tell_of_locking = ends[1];
        _exit(store_spend(directory, 1, NOW + 60) == STATUS_REPLAYED ? 0 : 1);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    store_put(directory, 1, NOW + 61);
    assert_int_equal(flock(shard, LOCK_UN), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    close(shard);
    close(ends[0]);
    close(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(stores_that_are_not_safe),
        STORE_TEST(a_new_store),
        STORE_TEST(own_directories_that_are_not_safe),
        STORE_TEST(another_user),
        STORE_TEST(disks),
        STORE_TEST(many_at_once),
        STORE_TEST(waits_for_the_lock),
    };

    umask(S_IRWXG | S_IRWXO);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
