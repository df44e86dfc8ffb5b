/* SPDX-License-Identifier: BSD-3-Clause */
#include "safefile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 16 /* symbolic links on one path */

/* A path being followed, one component at a time. */
struct walk {
    const char *path;    /* as the caller gave it, for messages */
    char rest[PATH_MAX]; /* what is still to be followed from `dir` */
    int dir;             /* O_PATH descriptor of a trusted directory */
    unsigned links;
    uid_t also_trusted;
    struct safefile_error *error;
};

__attribute__((format(printf, 2, 3))) static bool refuse(struct safefile_error *error,
                                                         const char *format, ...)
{
    va_list arguments;
    int saved = errno;

    va_start(arguments, format);
    if (vsnprintf(error->text, sizeof(error->text), format, arguments) < 0)
        error->text[0] = '\0';
    va_end(arguments);
    errno = saved;
    return false;
}

static bool owner_trusted(const struct stat *st, const char *path, uid_t also_trusted,
                          struct safefile_error *error)
{
    if (st->st_uid == 0 || st->st_uid == also_trusted)
        return true;
    errno = EPERM;
    return refuse(error, "%s: expected owner root, found uid %u: chown root it", path,
                  (unsigned)st->st_uid);
}

static bool mode_trusted(const struct stat *st, const char *path, struct safefile_error *error)
{
    if (!(st->st_mode & (S_IWGRP | S_IWOTH)))
        return true;
    errno = EPERM;
    return refuse(error,
                  "%s: expected nobody but its owner to write it, found mode %04o: chmod go-w it",
                  path, (unsigned)st->st_mode & 07777);
}

/* Entries of a sticky directory belong to their owners, so that others may write it (/tmp). */
static bool parent_trusted(const struct stat *st, const struct walk *walk)
{
    char place[PATH_MAX + 32];

    snprintf(place, sizeof(place), "a directory above %s", walk->path);
    if (!owner_trusted(st, place, walk->also_trusted, walk->error))
        return false;
    return (st->st_uid == 0 && (st->st_mode & S_ISVTX)) || mode_trusted(st, place, walk->error);
}

bool safefile_trusted(int fd, const char *path, uid_t also_trusted, struct safefile_error *error)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return refuse(error, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
        errno = EINVAL;
        return refuse(error, "%s: expected a file or a directory", path);
    }
    return owner_trusted(&st, path, also_trusted, error) && mode_trusted(&st, path, error);
}

/* Moves the next component of `rest` to `name`; `*last` tells if nothing is left behind it. */
static bool next_component(struct walk *walk, char name[NAME_MAX + 1], bool *last)
{
    const char *begin = walk->rest + strspn(walk->rest, "/");
    size_t len = strcspn(begin, "/");

    if (len == 0 || len > NAME_MAX) {
        errno = len == 0 ? ENOENT : ENAMETOOLONG;
        return refuse(walk->error, "%s: %s", walk->path, strerror(errno));
    }
    memcpy(name, begin, len);
    name[len] = '\0';
    memmove(walk->rest, begin + len, strlen(begin + len) + 1);
    *last = walk->rest[strspn(walk->rest, "/")] == '\0';
    return true;
}

/* Steps into the directory `next` (taken over) after checking it. */
static bool enter(struct walk *walk, int next)
{
    struct stat st;

    if (walk->dir >= 0)
        close(walk->dir);
    walk->dir = next;
    if (fstat(next, &st) != 0)
        return refuse(walk->error, "%s: %s", walk->path, strerror(errno));
    return parent_trusted(&st, walk);
}

/* Puts the target of the symbolic link `fd` before what is left of the path. */
static bool follow(struct walk *walk, int fd)
{
    char target[PATH_MAX], joined[2 * PATH_MAX];
    ssize_t len = readlinkat(fd, "", target, sizeof(target) - 1);
    int root = -1;

    if (len < 0)
        return refuse(walk->error, "%s: %s", walk->path, strerror(errno));
    target[len] = '\0';
    if (++walk->links > LINKS_MAX ||
        snprintf(joined, sizeof(joined), "%s/%s", target, walk->rest) >= (int)sizeof(walk->rest)) {
        errno = ELOOP;
        return refuse(walk->error, "%s: too many symbolic links", walk->path);
    }
    memcpy(walk->rest, joined, strlen(joined) + 1);
    if (target[0] != '/')
        return true;
    root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return root >= 0 ? enter(walk, root) : refuse(walk->error, "/: %s", strerror(errno));
}

/*
 * Goes one component further. A symbolic link counts only if a trusted owner made it. When the last
 * one is there, `*result` is the descriptor opened with `flags`, else it stays -1.
 */
static bool advance(struct walk *walk, int flags, int *result)
{
    char name[NAME_MAX + 1];
    struct stat st;
    bool last = false, done;
    int fd;

    if (!next_component(walk, name, &last))
        return false;
    fd = openat(walk->dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        if (fd >= 0)
            close(fd);
        return refuse(walk->error, "%s: %s", walk->path, strerror(errno));
    }
    if (S_ISLNK(st.st_mode)) {
        done = owner_trusted(&st, walk->path, walk->also_trusted, walk->error) && follow(walk, fd);
        close(fd);
        return done;
    }
    if (!last)
        return enter(walk, fd);
    close(fd);
    *result = openat(walk->dir, name, flags | O_NOFOLLOW);
    return *result >= 0 || refuse(walk->error, "%s: %s", walk->path, strerror(errno));
}

/* The descriptor at the end of the path, or -1. */
static int walk_path(const char *path, int flags, uid_t also_trusted, struct safefile_error *error)
{
    struct walk walk = {.path = path, .also_trusted = also_trusted, .error = error, .dir = -1};
    int fd = -1, root;

    if (path[0] != '/' || strlen(path) >= sizeof(walk.rest)) {
        errno = EINVAL;
        refuse(error, "%s: expected an absolute path", path);
        return -1;
    }
    memcpy(walk.rest, path, strlen(path) + 1);
    root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        refuse(error, "/: %s", strerror(errno));
        return -1;
    }
    if (enter(&walk, root))
        while (fd < 0 && advance(&walk, flags, &fd))
            ;
    close(walk.dir);
    return fd;
}

static int open_trusted(const char *path, int flags, mode_t type, uid_t also_trusted,
                        struct safefile_error *error)
{
    int fd = walk_path(path, flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK, also_trusted, error);
    struct stat st;

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) != 0 || (st.st_mode & S_IFMT) != type) {
        errno = EINVAL;
        refuse(error, "%s: expected a %s", path, type == S_IFREG ? "regular file" : "directory");
    } else if (safefile_trusted(fd, path, also_trusted, error)) {
        return fd;
    }
    close(fd);
    return -1;
}

int safefile_open(const char *path, uid_t also_trusted, struct safefile_error *error)
{
    return open_trusted(path, O_NOCTTY, S_IFREG, also_trusted, error);
}

int safefile_open_directory(const char *path, uid_t also_trusted, struct safefile_error *error)
{
    return open_trusted(path, O_DIRECTORY, S_IFDIR, also_trusted, error);
}

/* Reads until the end or until `max` + 1 bytes are there. */
static ssize_t read_whole(int fd, char *buffer, size_t max)
{
    size_t len = 0;

    while (len <= max) {
        ssize_t got = pread(fd, buffer + len, max + 1 - len, (off_t)len);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        len += (size_t)got;
    }
    return (ssize_t)len;
}

char *safefile_read(int fd, const char *path, size_t max, size_t *len, struct safefile_error *error)
{
    struct stat st;
    char *buffer = NULL;
    ssize_t got;

    if (fstat(fd, &st) != 0) {
        refuse(error, "%s: %s", path, strerror(errno));
        return NULL;
    }
    if ((uintmax_t)st.st_size > max) {
        errno = EFBIG;
        refuse(error, "%s: expected at most %zu bytes, found %jd", path, max, (intmax_t)st.st_size);
        return NULL;
    }
    buffer = malloc((size_t)st.st_size + 2);
    got = buffer ? read_whole(fd, buffer, (size_t)st.st_size) : -1;
    if (got < 0 || got > st.st_size) {
        refuse(error, "%s: %s", path, got < 0 ? strerror(errno) : "it grew while it was read");
        free(buffer);
        return NULL;
    }
    buffer[got] = '\0';
    *len = (size_t)got;
    return buffer;
}
