/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing: many at once, killed ones, and disks that do not take it. */
#include <errno.h>
#include <fcntl.h>
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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cached.h"

#define WRITERS 8
#define ROUNDS 25
#define WAIT_MS 60000
#define SKIPPED 77

static void assert_exits(pid_t pid, int expected)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), expected);
}

static bool holds(int directory, const struct wire_answer *answer)
{
    struct cache_entry entry;
    bool equal = cache_map(directory, cached_name(answer), geteuid(), &entry) == CACHE_FOUND &&
                 span_equal(entry.answer.der, answer->der);

    cache_unmap(&entry);
    return equal;
}

static void replacing(void **state)
{
    const struct wire_answer first = cached_crl(URL, "first, and longer"),
                             second = cached_crl(URL, "second");
    int directory = cached_open(*state);
    struct stat st;

    umask(0);
    cached_store(directory, &first);
    assert_true(holds(directory, &first));
    umask(077);
    cached_store(directory, &second);
    umask(022);
    assert_true(holds(directory, &second));
    assert_int_equal(fstatat(directory, cached_name(&second), &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_int_equal(cached_count_files(directory), 2); /* it and the lock */
    assert_int_equal(fstatat(directory, ".lock", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    close(directory);
}

/* A reader that has it mapped keeps the old one. */
static void replacing_what_is_read(void **state)
{
    const struct wire_answer first = cached_crl(URL, "first"), second = cached_crl(URL, "second");
    int directory = cached_open(*state);
    struct cache_entry entry;

    cached_store(directory, &first);
    assert_int_equal(cache_map(directory, cached_name(&first), geteuid(), &entry), CACHE_FOUND);
    cached_store(directory, &second);
    assert_true(span_equal(entry.answer.der, first.der));
    cache_unmap(&entry);
    close(directory);
}

/* --- many at once ----------------------------------------------------------------------------- */

/* The number that an entry begins with; it must be whole. -1: it is not; 0: there is none. */
static int read_counter(int directory)
{
    const struct wire_answer any = cached_crl(URL, "");
    struct cache_entry entry;
    unsigned char first;
    bool whole = true;

    switch (cache_map(directory, cached_name(&any), geteuid(), &entry)) {
    case CACHE_NONE:
        return 0;
    case CACHE_FAILED:
        return -1;
    case CACHE_FOUND:
        break;
    }
    first = entry.answer.der.ptr[0];
    for (size_t i = 0; i < entry.answer.der.len; i++)
        whole = whole && entry.answer.der.ptr[i] == first;
    whole = whole && entry.answer.der.len == 1000U * first;
    cache_unmap(&entry);
    return whole ? first : -1;
}

/* Looks at what is there and replaces it by what is one more, under one lock. */
static bool count_up(int directory)
{
    static unsigned char bytes[1000 * 256];
    struct wire_answer answer = cached_crl(URL, "");
    struct safefile_error error;
    struct cache_writer writer;
    int counter;
    bool done;

    if (!cache_lock(directory, WAIT_MS, &writer, &error))
        return false;
    counter = read_counter(directory) + 1;
    memset(bytes, counter, sizeof(bytes));
    answer.der = span_of(bytes, 1000U * (unsigned)counter);
    done = counter > 0 && cache_store(&writer, &answer, &error);
    cache_unlock(&writer);
    return done;
}

static pid_t start_writer(int directory)
{
    pid_t pid = fork();

    if (pid == 0) {
        for (int i = 0; i < ROUNDS; i++)
            if (!count_up(directory))
                _exit(1);
        _exit(0);
    }
    return pid;
}

static void many_at_once(void **state)
{
    int directory = cached_open(*state), counter;
    pid_t writers[WRITERS];

    for (int i = 0; i < WRITERS; i++)
        writers[i] = start_writer(directory);
    do {
        counter = read_counter(directory);
        assert_int_not_equal(counter, -1);
    } while (waitpid(writers[0], NULL, WNOHANG | WNOWAIT) == 0);
    for (int i = 0; i < WRITERS; i++)
        assert_exits(writers[i], 0);
    assert_int_equal(read_counter(directory), WRITERS * ROUNDS);
    assert_int_equal(cached_count_files(directory), 2);
    close(directory);
}

/* --- the lock --------------------------------------------------------------------------------- */

static void lock_has_a_limit(void **state)
{
    const struct wire_answer answer = cached_crl(URL, "x");
    int directory = cached_open(*state);
    struct cache_writer first, second;
    struct safefile_error error;

    assert_true(cache_lock(directory, 0, &first, &error));
    assert_false(cache_lock(directory, 20, &second, &error));
    assert_non_null(strstr(error.text, "still writing"));
    assert_false(cache_store(&second, &answer, &error));
    assert_non_null(strstr(error.text, "not locked"));
    cache_unlock(&second); /* of no consequence */
    assert_false(cache_lock(directory, 0, &second, &error));
    cache_unlock(&first);
    assert_true(cache_lock(directory, 0, &second, &error));
    cache_unlock(&second);
    assert_false(cache_store(&second, &answer, &error));
    close(directory);
}

/* Killed in the middle of its work. */
static void killed_writer(void **state)
{
    const struct wire_answer answer = cached_crl(URL, "x");
    int directory = cached_open(*state), ready[2], status;
    char byte;
    pid_t pid;

    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid = fork();
    if (pid == 0) {
        struct cache_writer writer;
        struct safefile_error error;

        if (!cache_lock(directory, WAIT_MS, &writer, &error) ||
            openat(directory, ".new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0 ||
            write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(faccessat(directory, ".new", F_OK, 0), 0);
    cached_store(directory, &answer);
    assert_true(holds(directory, &answer));
    assert_int_equal(cached_count_files(directory), 2);
    close(ready[0]);
    close(ready[1]);
    close(directory);
}

/* --- disks ------------------------------------------------------------------------------------ */

/* Whatever happens: a reason, the old entry whole, and nothing left behind. 0 if so. */
static int fails_well(int directory, int error_number)
{
    static char bytes[1024 * 1024 + 1];
    const struct wire_answer old = cached_crl(URL, "old");
    struct safefile_error error = {""};
    unsigned files = cached_count_files(directory);
    struct wire_answer large;

    memset(bytes, 'x', sizeof(bytes) - 1);
    large = cached_crl(URL, bytes);
    if (cached_try_store(directory, &large, &error) || !strstr(error.text, strerror(error_number)))
        return 1;
    if (cached_count_files(directory) != files)
        return 2;
    return holds(directory, &old) ? 0 : 3;
}

static void file_size_limit(void **state)
{
    const struct wire_answer old = cached_crl(URL, "old");
    int directory = cached_open(*state);
    pid_t pid;

    cached_store(directory, &old);
    pid = fork();
    if (pid == 0) {
        const struct rlimit limit = {4096, 4096};

        signal(SIGXFSZ, SIG_IGN);
        _exit(setrlimit(RLIMIT_FSIZE, &limit) == 0 ? fails_well(directory, EFBIG) : 9);
    }
    assert_exits(pid, 0);
    close(directory);
}

/* A small disk of its own, for this process only. False: that is not allowed here. */
static bool mount_disk(const char *path)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("disk", path, "tmpfs", 0, "size=64k,mode=0755") == 0;
}

/* 0 if all is well. */
static int on_a_disk(struct scratch *scratch, bool read_only)
{
    const struct wire_answer old = cached_crl(URL, "old");
    int directory;

    if (!mount_disk(scratch->directory))
        return SKIPPED;
    directory = cached_open(scratch);
    cached_store(directory, &old);
    if (!read_only)
        return fails_well(directory, ENOSPC);
    close(directory);
    if (mount(NULL, scratch->directory, NULL, MS_REMOUNT | MS_RDONLY, NULL) != 0)
        return SKIPPED;
    directory = cached_open(scratch);
    return cache_mark_failed(directory, cached_name(&old), 1) ? 4 : fails_well(directory, EROFS);
}

static void disk(struct scratch *scratch, bool read_only)
{
    pid_t pid = geteuid() == 0 ? fork() : -1;
    int status;

    if (pid == 0)
        _exit(on_a_disk(scratch, read_only));
    if (pid < 0)
        skip();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SKIPPED)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void full_disk(void **state)
{
    disk(*state, false);
}

static void read_only_disk(void **state)
{
    disk(*state, true);
}

static void read_only_directory(void **state)
{
    struct scratch *scratch = *state;
    const struct wire_answer old = cached_crl(URL, "old");
    int directory = cached_open(scratch), result;

    if (geteuid() == 0)
        skip(); /* who may write it all the same */
    cached_store(directory, &old);
    assert_int_equal(fchmodat(directory, ".lock", 0400, 0), 0);
    assert_int_equal(chmod(scratch->directory, 0555), 0);
    result = fails_well(directory, EACCES);
    assert_int_equal(chmod(scratch->directory, 0755), 0);
    assert_int_equal(result, 0);
    close(directory);
}

/* Nobody could read it. */
static void too_large(void **state)
{
    struct wire_answer answer = cached_crl(URL, "");
    int directory = cached_open(*state);
    struct safefile_error error;

    answer.der.len = CACHE_ENTRY_MAX;
    assert_false(cached_try_store(directory, &answer, &error));
    assert_non_null(strstr(error.text, strerror(EFBIG)));
    assert_int_equal(cached_count_files(directory), 1);
    close(directory);
}

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(replacing),           SCRATCH_TEST(replacing_what_is_read),
        SCRATCH_TEST(many_at_once),        SCRATCH_TEST(lock_has_a_limit),
        SCRATCH_TEST(killed_writer),       SCRATCH_TEST(file_size_limit),
        SCRATCH_TEST(full_disk),           SCRATCH_TEST(read_only_disk),
        SCRATCH_TEST(read_only_directory), SCRATCH_TEST(too_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
