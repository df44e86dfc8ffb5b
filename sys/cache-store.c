/* SPDX-License-Identifier: BSD-3-Clause */
#include "cache-store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spawn.h"
#include "write-whole.h"

#define LOCK_NAME                                                                                  \
    ".lock"             /* nobody but root can open it: a lock on the directory could be anyone's */
#define NEW_NAME ".new" /* whoever has the lock; what a killed writer left there is replaced */
#define MARK ".failed"
#define MARK_SIZE (CACHE_NAME_SIZE + sizeof(MARK))
#define RETRY_NS (5 * 1000 * 1000)
#define SAFE_FLAGS (O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

static bool refuse(struct safefile_error *error, const char *what, const char *why)
{
    (void)snprintf(error->text, sizeof(error->text), "the cache cannot be %s: %s", what, why);
    return false;
}

/* --- the lock --------------------------------------------------------------------------------- */

/* 0, or an errno; EWOULDBLOCK: too late. */
static int wait_for_lock(int fd, int64_t deadline_ms)
{
    static const struct timespec pause = {.tv_nsec = RETRY_NS};

    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || spawn_now_ms() >= deadline_ms)
            return errno;
        (void)nanosleep(&pause, NULL);
    }
    return 0;
}

bool cache_lock(int directory, unsigned timeout_ms, struct cache_writer *writer,
                struct safefile_error *error)
{
    int64_t deadline_ms = spawn_now_ms() + timeout_ms;
    int fd = openat(directory, LOCK_NAME, O_RDWR | O_CREAT | SAFE_FLAGS, 0600), why;

    *writer = (struct cache_writer){-1, -1};
    if (fd < 0)
        return refuse(error, "locked", strerror(errno));
    why = wait_for_lock(fd, deadline_ms);
    if (why != 0) {
        close(fd);
        return refuse(error, "locked",
                      why == EWOULDBLOCK ? "another process is still writing it" : strerror(why));
    }
    *writer = (struct cache_writer){directory, fd};
    return true;
}

void cache_unlock(struct cache_writer *writer)
{
    if (writer->lock >= 0)
        close(writer->lock);
    *writer = (struct cache_writer){-1, -1};
}

/* --- entries ---------------------------------------------------------------------------------- */

/* Others may open it only when it is whole. */
static bool fill(int fd, struct span header, struct span der)
{
    return write_whole(fd, header) && write_whole(fd, der) && fchmod(fd, 0644) == 0 &&
           fsync(fd) == 0;
}

static bool replace(int directory, const char *name, struct span header, struct span der,
                    struct safefile_error *error)
{
    int fd, why;

    (void)unlinkat(directory, NEW_NAME, 0);
    fd = openat(directory, NEW_NAME, O_WRONLY | O_CREAT | O_EXCL | SAFE_FLAGS, 0600);
    if (fd < 0)
        return refuse(error, "written", strerror(errno));
    why = fill(fd, header, der) && renameat(directory, NEW_NAME, directory, name) == 0 ? 0 : errno;
    close(fd);
    if (why != 0) {
        (void)unlinkat(directory, NEW_NAME, 0);
        return refuse(error, "written", strerror(why));
    }
    return fsync(directory) == 0 || refuse(error, "written", strerror(errno));
}

static void mark_name(const char *name, char mark[MARK_SIZE])
{
    (void)snprintf(mark, MARK_SIZE, "%s" MARK, name);
}

static void unmark(int directory, const char *name)
{
    char mark[MARK_SIZE];

    mark_name(name, mark);
    (void)unlinkat(directory, mark, 0);
}

bool cache_store(const struct cache_writer *writer, const struct wire_answer *answer,
                 struct safefile_error *error)
{
    unsigned char header[WIRE_ORDER_MAX];
    size_t len = wire_put_answer(answer, header, sizeof(header));
    char name[CACHE_NAME_SIZE];

    if (writer->lock < 0)
        return refuse(error, "written", "it is not locked");
    if (len == 0 || answer->der.len > CACHE_ENTRY_MAX - len)
        return refuse(error, "written", strerror(EFBIG));
    if (!cache_name_of(&answer->wish, answer->issuer, name))
        return refuse(error, "written", "SHA-256 failed");
    if (!replace(writer->directory, name, span_of(header, len), answer->der, error))
        return false;
    unmark(writer->directory, name);
    return true;
}

void cache_remove(const struct cache_writer *writer, const char *name)
{
    if (!cache_is_name(name))
        return;
    (void)unlinkat(writer->directory, name, 0);
    unmark(writer->directory, name);
}

/* --- marks ------------------------------------------------------------------------------------ */

bool cache_mark_failed(int directory, const char *name, int64_t now)
{
    const struct timespec times[2] = {{.tv_sec = now}, {.tv_sec = now}};
    char mark[MARK_SIZE];
    bool done;
    int fd;

    if (!cache_is_name(name))
        return false;
    mark_name(name, mark);
    fd = openat(directory, mark, O_WRONLY | O_CREAT | SAFE_FLAGS, 0644);
    if (fd < 0)
        return false;
    done = futimens(fd, times) == 0;
    close(fd);
    return done;
}

static bool is_recent(const struct stat *st, int64_t now, int64_t seconds)
{
    return st->st_mtim.tv_sec <= now && now - st->st_mtim.tv_sec < seconds;
}

bool cache_failed(int directory, const char *name, uid_t also_trusted, int64_t now, int64_t seconds)
{
    char mark[MARK_SIZE];
    struct stat st;

    if (!cache_is_name(name))
        return false;
    mark_name(name, mark);
    return fstatat(directory, mark, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
           (st.st_uid == 0 || st.st_uid == also_trusted) && is_recent(&st, now, seconds);
}

static int is_mark(const struct dirent *entry)
{
    const char *name = entry->d_name;
    size_t len = strlen(name), suffix = sizeof(MARK) - 1;
    char bare[CACHE_NAME_SIZE];

    if (len <= suffix || len - suffix >= sizeof(bare) || strcmp(name + len - suffix, MARK) != 0)
        return 0;
    (void)snprintf(bare, sizeof(bare), "%.*s", (int)(len - suffix), name);
    return cache_is_name(bare);
}

void cache_tidy(const struct cache_writer *writer, int64_t now, int64_t seconds)
{
    struct dirent **entries = NULL;
    struct stat st;
    int count;

    (void)unlinkat(writer->directory, NEW_NAME, 0);
    count = scandirat(writer->directory, ".", &entries, is_mark, NULL);
    for (int i = 0; i < count; i++) {
        if (fstatat(writer->directory, entries[i]->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            !is_recent(&st, now, seconds))
            (void)unlinkat(writer->directory, entries[i]->d_name, 0);
        free(entries[i]);
    }
    free(entries);
}

/* --- listing ---------------------------------------------------------------------------------- */

static int is_entry(const struct dirent *entry)
{
    return cache_is_name(entry->d_name);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

bool cache_list(int directory, struct cache_names *list, struct safefile_error *error)
{
    struct dirent **entries = NULL;
    int count = scandirat(directory, ".", &entries, is_entry, by_bytes);

    *list = (struct cache_names){NULL, 0};
    if (count < 0)
        return refuse(error, "listed", strerror(errno));
    list->names = calloc((size_t)count + 1, sizeof(*list->names));
    for (int i = 0; i < count; i++) {
        if (list->names)
            (void)snprintf(list->names[list->count++], CACHE_NAME_SIZE, "%s", entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return list->names || refuse(error, "listed", strerror(ENOMEM));
}

void cache_names_free(struct cache_names *list)
{
    free(list->names);
    *list = (struct cache_names){NULL, 0};
}
