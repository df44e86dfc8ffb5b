/* SPDX-License-Identifier: BSD-3-Clause */
#include "directory-world.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* --- the system ------------------------------------------------------------------------------- */

char store_synced[16];
unsigned store_fail_sync, store_fail_unlink, store_fail_read;
int store_tell_of_locking = -1;

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_unlinkat(int directory, const char *name, int flags);
int __wrap_unlinkat(int directory, const char *name, int flags);
int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
/* what readdir() is where files may be large */
struct dirent *__real_readdir64(DIR *names);
struct dirent *__wrap_readdir64(DIR *names);

static bool fails(unsigned *left)
{
    if (*left == 0 || --*left > 0)
        return false;
    errno = EIO;
    return true;
}

int __wrap_fsync(int fd)
{
    struct stat st;

    if (fails(&store_fail_sync))
        return -1;
    assert_int_equal(fstat(fd, &st), 0);
    (void)snprintf(store_synced + strlen(store_synced), sizeof(store_synced) - strlen(store_synced),
                   "%c", S_ISDIR(st.st_mode) ? 'd' : 'f');
    return __real_fsync(fd);
}

int __wrap_unlinkat(int directory, const char *name, int flags)
{
    return fails(&store_fail_unlink) ? -1 : __real_unlinkat(directory, name, flags);
}

int __wrap_flock(int fd, int operation)
{
    if (store_tell_of_locking >= 0 && write(store_tell_of_locking, "x", 1) != 1)
        return -1;
    return __real_flock(fd, operation);
}

struct dirent *__wrap_readdir64(DIR *names)
{
    return fails(&store_fail_read) ? NULL : __real_readdir64(names);
}

/* --- a store ---------------------------------------------------------------------------------- */

struct report store_report;

int store_set_up(void **state)
{
    store_synced[0] = '\0';
    store_fail_sync = store_fail_unlink = store_fail_read = 0;
    store_report = (struct report){.detail = ""};
    return scratch_make(state);
}

enum status store_try_open(struct scratch *scratch, int *directory)
{
    return replay_directory_open(scratch->directory, geteuid(), directory, &store_report);
}

int store_open(struct scratch *scratch)
{
    int directory;

    assert_int_equal(store_try_open(scratch, &directory), STATUS_ACCEPTED);
    store_synced[0] = '\0';
    return directory;
}

struct replay_entry store_entry(unsigned number, int64_t until)
{
    struct replay_entry entry = {.until = until};

    (void)snprintf(entry.id, sizeof(entry.id), SHARD "%061x", number);
    return entry;
}

enum status store_spend(int directory, unsigned number, int64_t until)
{
    const struct replay_entry entry = store_entry(number, until);

    store_report.detail[0] = '\0';
    return replay_directory_spend(directory, &entry, NOW, &store_report);
}

int store_open_shard(int directory)
{
    return openat(directory, SHARD, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void store_put_name(int directory, const char *name)
{
    int shard = store_open_shard(directory);
    int fd = openat(shard, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    close(fd);
    close(shard);
}

void store_put_id(int directory, unsigned number, const char *end)
{
    char name[128];

    (void)snprintf(name, sizeof(name), "%s%s", store_entry(number, 0).id, end);
    store_put_name(directory, name);
}

void store_put(int directory, unsigned number, int64_t until)
{
    char end[32];

    (void)snprintf(end, sizeof(end), ".%lld", (long long)until);
    store_put_id(directory, number, end);
}

unsigned store_count_names(int directory)
{
    DIR *names = fdopendir(store_open_shard(directory));
    unsigned count = 0;

    assert_non_null(names);
    while (__real_readdir64(names))
        count++;
    closedir(names);
    return count - 2;
}

bool store_has(int directory, unsigned number, int64_t until)
{
    const struct replay_entry entry = store_entry(number, until);
    char name[128];

    (void)snprintf(name, sizeof(name), SHARD "/%s.%lld", entry.id, (long long)until);
    return faccessat(directory, name, F_OK, 0) == 0;
}

void store_assert_detail(const char *part)
{
    if (!strstr(store_report.detail, part))
        fail_msg("expected '%s', found '%s'", part, store_report.detail);
}
