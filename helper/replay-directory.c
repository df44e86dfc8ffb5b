/* SPDX-License-Identifier: BSD-3-Clause */
#include "replay-directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../sys/safefile.h"

#define SHARD_DIGITS 3
#define UNTIL_DIGITS_MAX 19
#define NAME_SIZE (REPLAY_ID_DIGITS + 1 + UNTIL_DIGITS_MAX + 1)
#define ENTRIES_MAX 1024 /* of a shard: four million in all, if the ids are hashes */
#define DIRECTORY_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* A shard that is locked: nobody else looks at it or changes it. */
struct shard {
    DIR *names;
    unsigned found; /* names, whatever they are */
    unsigned over;  /* entries among them whose time is over */
};

static enum status fail(struct report *report, const char *what)
{
    return report_refuse(report, STATUS_REPLAY_UNAVAILABLE, "%s: %s", what, strerror(errno));
}

/* --- STORE/EUID ------------------------------------------------------------------------------- */

/* Whoever else could write there could take entries away. */
static enum status check_own(int fd, const char *path, struct report *report)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return fail(report, path);
    if (st.st_uid != geteuid() || (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return report_refuse(
            report, STATUS_CONFIG_ERROR, "%s: expected uid %u and mode 0700, found uid %u and %04o",
            path, (unsigned)geteuid(), (unsigned)st.st_uid, (unsigned)st.st_mode & 07777);
    return STATUS_ACCEPTED;
}

static bool make_if_own(int store, const char *name)
{
    struct stat st;

    return fstat(store, &st) == 0 && st.st_uid == geteuid() &&
           (mkdirat(store, name, 0700) == 0 || errno == EEXIST) && fsync(store) == 0;
}

static enum status open_own(int store, const char *path, int *directory, struct report *report)
{
    const char *name = strrchr(path, '/') + 1;
    enum status status;

    *directory = openat(store, name, DIRECTORY_FLAGS);
    if (*directory < 0 && errno == ENOENT && make_if_own(store, name))
        *directory = openat(store, name, DIRECTORY_FLAGS);
    if (*directory < 0 && errno == ENOENT)
        return report_refuse(report, STATUS_CONFIG_ERROR,
                             "%s: there is no such directory: install -d -o %u -g %u -m 700 it",
                             path, (unsigned)geteuid(), (unsigned)getegid());
    if (*directory < 0)
        return fail(report, path);
    status = check_own(*directory, path, report);
    if (status == STATUS_ACCEPTED)
        return status;
    close(*directory);
    *directory = -1;
    return status;
}

enum status replay_directory_open(const char *store, uid_t also_trusted, int *directory,
                                  struct report *report)
{
    struct safefile_error error;
    int fd = safefile_open_directory(store, also_trusted, &error);
    char path[PATH_MAX];
    enum status status;

    *directory = -1;
    if (fd < 0)
        return report_refuse(report, STATUS_CONFIG_ERROR, "%s", error.text);
    if (snprintf(path, sizeof(path), "%s/%u", store, (unsigned)geteuid()) < (int)sizeof(path))
        status = open_own(fd, path, directory, report);
    else
        status = report_refuse(report, STATUS_CONFIG_ERROR, "store: the path is too long");
    close(fd);
    return status;
}

/* --- shards ----------------------------------------------------------------------------------- */

static int open_or_make(int directory, const char *name)
{
    int fd = openat(directory, name, DIRECTORY_FLAGS);

    if (fd >= 0 || errno != ENOENT)
        return fd;
    if (mkdirat(directory, name, 0700) != 0 && errno != EEXIST)
        return -1;
    return openat(directory, name, DIRECTORY_FLAGS);
}

/* Nobody but its owner can open it, so that nobody else can lock it. */
static bool lock(int fd)
{
    while (flock(fd, LOCK_EX) != 0)
        if (errno != EINTR)
            return false;
    return true;
}

static void close_shard(struct shard *shard)
{
    if (shard->names)
        closedir(shard->names);
    shard->names = NULL;
}

static enum status open_shard(int directory, const char *id, struct shard *shard,
                              struct report *report)
{
    char name[SHARD_DIGITS + 1];
    enum status status;
    int fd;

    (void)snprintf(name, sizeof(name), "%.*s", SHARD_DIGITS, id);
    fd = open_or_make(directory, name);
    if (fd < 0)
        return fail(report, name);
    status = check_own(fd, name, report);
    if (status == STATUS_ACCEPTED && !lock(fd))
        status = fail(report, name);
    if (status == STATUS_ACCEPTED) {
        shard->names = fdopendir(fd);
        if (shard->names)
            return STATUS_ACCEPTED;
        status = fail(report, name);
    }
    close(fd);
    return status;
}

/* --- names ------------------------------------------------------------------------------------ */

/* False at the end and on errors, which errno tells apart. */
static bool next_name(const struct shard *shard, const char **name)
{
    const struct dirent *next;

    do {
        errno = 0;
        next = readdir(shard->names);
    } while (next && (strcmp(next->d_name, ".") == 0 || strcmp(next->d_name, "..") == 0));
    *name = next ? next->d_name : NULL;
    return next != NULL;
}

static bool is_entry_of(const char *name, const char *id)
{
    return strncmp(name, id, REPLAY_ID_DIGITS) == 0 && name[REPLAY_ID_DIGITS] == '.';
}

/* The name says it. What is no entry stays where it is. */
static bool is_over(const char *name, int64_t now)
{
    const char *until;
    size_t digits;

    if (strspn(name, "0123456789abcdef") != REPLAY_ID_DIGITS || name[REPLAY_ID_DIGITS] != '.')
        return false;
    until = name + REPLAY_ID_DIGITS + 1;
    digits = strspn(until, "0123456789");
    return digits > 0 && digits < UNTIL_DIGITS_MAX && until[digits] == '\0' && atoll(until) < now;
}

/* All names are read before any of them is removed: a directory that changes may skip one. */
static enum status look(struct shard *shard, const char *id, int64_t now, struct report *report)
{
    const char *name;

    while (next_name(shard, &name)) {
        if (is_entry_of(name, id))
            return STATUS_REPLAYED;
        shard->found++;
        shard->over += is_over(name, now);
    }
    return errno == 0 ? STATUS_ACCEPTED : fail(report, "the entries cannot be read");
}

static enum status prune(struct shard *shard, int64_t now, struct report *report)
{
    const char *name;

    if (shard->over == 0)
        return STATUS_ACCEPTED;
    rewinddir(shard->names);
    while (next_name(shard, &name))
        if (is_over(name, now) && unlinkat(dirfd(shard->names), name, 0) != 0)
            return fail(report, "an entry cannot be removed");
    return errno == 0 ? STATUS_ACCEPTED : fail(report, "the entries cannot be read");
}

/* The first entry: the shard itself must outlast a power cut, before an entry in it does. */
static bool keep_shard(int directory, const struct shard *shard)
{
    return shard->found > 0 || fsync(directory) == 0;
}

static enum status make(const struct shard *shard, const struct replay_entry *entry,
                        struct report *report)
{
    int directory = dirfd(shard->names), fd;
    char name[NAME_SIZE];
    bool synced;

    (void)snprintf(name, sizeof(name), "%s.%lld", entry->id, (long long)entry->until);
    fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(report, "an entry cannot be made");
    synced = fsync(fd) == 0;
    if (close(fd) != 0 || !synced || fsync(directory) != 0)
        return fail(report, "an entry cannot be kept");
    return STATUS_ACCEPTED;
}

enum status replay_directory_spend(int directory, const struct replay_entry *entry, int64_t now,
                                   struct report *report)
{
    struct shard shard = {.names = NULL};
    enum status status = open_shard(directory, entry->id, &shard, report);

    if (!shard.names)
        return status != STATUS_ACCEPTED ? status : STATUS_INTERNAL_ERROR;
    if (status == STATUS_ACCEPTED)
        status = look(&shard, entry->id, now, report);
    if (status == STATUS_ACCEPTED)
        status = prune(&shard, now, report);
    if (status == STATUS_ACCEPTED && shard.found - shard.over >= ENTRIES_MAX)
        status = report_refuse(report, STATUS_REPLAY_UNAVAILABLE,
                               "the store is full: expected fewer than %d entries in %.*s",
                               ENTRIES_MAX, SHARD_DIGITS, entry->id);
    if (status == STATUS_ACCEPTED && !keep_shard(directory, &shard))
        status = fail(report, "an entry cannot be kept");
    if (status == STATUS_ACCEPTED)
        status = make(&shard, entry, report);
    close_shard(&shard);
    return status;
}
