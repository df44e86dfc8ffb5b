/* SPDX-License-Identifier: BSD-3-Clause */
#include "index-file.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <unistd.h>

#include "write-whole.h"

static uint64_t nanoseconds(const struct timespec *time)
{
    return (uint64_t)time->tv_sec * 1000000000 + (uint64_t)time->tv_nsec;
}

struct file_identity file_identity_of(const struct stat *st)
{
    return (struct file_identity){
        .device = st->st_dev,
        .inode = st->st_ino,
        .size = (uint64_t)st->st_size,
        .modified = nanoseconds(&st->st_mtim),
        .changed = nanoseconds(&st->st_ctim),
    };
}

bool file_identity_is(const struct file_identity *identity, int fd)
{
    struct file_identity found;
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0)
        return false;
    found = file_identity_of(&st);
    return memcmp(identity, &found, sizeof(found)) == 0;
}

bool index_file_name(const char *source, const char *suffix, char name[INDEX_FILE_NAME_SIZE])
{
    unsigned char digest[32];

    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, source, strlen(source), digest) != 0)
        return false;
    for (size_t i = 0; i < sizeof(digest); i++)
        (void)snprintf(name + 2 * i, 3, "%02x", digest[i]);
    return (size_t)snprintf(name + 2 * sizeof(digest), INDEX_FILE_NAME_SIZE - 2 * sizeof(digest),
                            "%s", suffix) < INDEX_FILE_NAME_SIZE - 2 * sizeof(digest);
}

int index_file_open(int cache, const char *name, uid_t also_trusted)
{
    int fd = openat(cache, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct safefile_error unused = {""};
    struct stat st;

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
        safefile_trusted(fd, name, also_trusted, &unused))
        return fd;
    close(fd);
    return -1;
}

static bool refuse(struct safefile_error *error, const char *path, const char *text)
{
    (void)snprintf(error->text, sizeof(error->text), "%s: %s", path, text);
    return false;
}

static bool write_parts(int fd, mode_t mode, const struct span *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!write_whole(fd, parts[i]))
            return false;
    return fchmod(fd, mode) == 0 && fsync(fd) == 0;
}

bool index_file_replace(int cache, const char *name, mode_t mode, const struct span *parts,
                        size_t count, struct safefile_error *error)
{
    char temporary[INDEX_FILE_NAME_SIZE + 32];
    bool done;
    int fd;

    (void)snprintf(temporary, sizeof(temporary), ".%s.%ld", name, (long)getpid());
    (void)unlinkat(cache, temporary, 0);
    fd = openat(cache, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return refuse(error, temporary, strerror(errno));
    done = write_parts(fd, mode, parts, count);
    done = close(fd) == 0 && done;
    if (done && renameat(cache, temporary, cache, name) == 0)
        return true;
    (void)refuse(error, temporary, strerror(errno));
    (void)unlinkat(cache, temporary, 0);
    return false;
}

bool index_file_make(const char *source, const char *suffix, const char *cache, uid_t also_trusted,
                     enum index_file_outcome (*make)(const char *source, int cache,
                                                     const char *name, uid_t also_trusted,
                                                     struct safefile_error *error),
                     struct safefile_error *error)
{
    int directory = safefile_open_directory(cache, also_trusted, error);
    enum index_file_outcome outcome = INDEX_FILE_FAILED;
    char name[INDEX_FILE_NAME_SIZE] = "";

    if (directory < 0)
        return false;
    if (!index_file_name(source, suffix, name))
        (void)refuse(error, source, "its index cannot be named");
    else
        outcome = make(source, directory, name, also_trusted, error);
    if (outcome != INDEX_FILE_MADE)
        (void)unlinkat(directory, name, 0);
    close(directory);
    return outcome != INDEX_FILE_FAILED;
}
