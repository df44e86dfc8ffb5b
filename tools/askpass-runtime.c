/* SPDX-License-Identifier: BSD-3-Clause */
#include "askpass-runtime.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "askpass-file.h"
#include "input.h"

#define PREFIX "pam-jwt-askpass."
#define START_TIME_FIELD 22 /* of /proc/PID/stat, counted from 1: proc(5) */

/* The start time in clock ticks, which tells two processes of one pid apart. False: no /proc. */
static bool read_start_time(pid_t pid, unsigned long long *start)
{
    char path[32];
    char text[1024];

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);

    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return false;

    ssize_t got = read(fd, text, sizeof(text) - 1);

    close(fd);
    text[got > 0 ? got : 0] = '\0';

    /* The program's name, field 2, is in parentheses and may hold spaces and parentheses. */
    char *field = strrchr(text, ')');

    for (int i = 2; field && i < START_TIME_FIELD; i++)
        field = strchr(field + 1, ' ');
    return field && sscanf(field, " %llu", start) == 1;
}

/* The directory must be ours alone, as the XDG Base Directory specification demands. */
static int open_own_dir(const char *path)
{
    struct stat st;

    if (!path || *path != '/')
        return -1;

    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (dir < 0)
        return -1;
    if (fstat(dir, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
        return dir;
    close(dir);
    return -1;
}

void runtime_open(struct runtime *runtime)
{
    char usual[64];
    unsigned long long start;
    pid_t parent = getppid();

    runtime->dir = -1;
    if (!read_start_time(parent, &start))
        return;

    snprintf(runtime->name, sizeof(runtime->name), PREFIX "%d.%llu", parent, start);
    runtime->dir = open_own_dir(getenv("XDG_RUNTIME_DIR"));
    if (runtime->dir >= 0)
        return;

    snprintf(usual, sizeof(usual), "/run/user/%u", (unsigned)geteuid());
    runtime->dir = open_own_dir(usual);
}

static void name_file(const struct runtime *runtime, const char *suffix, char out[RUNTIME_NAME_MAX])
{
    snprintf(out, RUNTIME_NAME_MAX, "%s%s", runtime->name, suffix);
}

static bool write_all(int fd, struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t put = write(fd, bytes.ptr, bytes.len);

        if (put < 0 && errno != EINTR)
            return false;
        if (put > 0)
            bytes = span_of(bytes.ptr + put, bytes.len - (size_t)put);
    }
    return true;
}

bool runtime_write(const struct runtime *runtime, const char *suffix, struct span bytes)
{
    char name[RUNTIME_NAME_MAX];

    if (runtime->dir < 0)
        return false;

    runtime_remove(runtime, suffix);
    name_file(runtime, suffix, name);

    int fd = openat(runtime->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    S_IRUSR | S_IWUSR);

    if (fd < 0)
        return false;

    bool written = write_all(fd, bytes);

    if (close(fd) == 0 && written)
        return true;
    runtime_remove(runtime, suffix);
    return false;
}

bool runtime_read(const struct runtime *runtime, const char *suffix, size_t max,
                  struct secret *buffer)
{
    char name[RUNTIME_NAME_MAX];
    const char *why;

    if (runtime->dir < 0)
        return false;

    name_file(runtime, suffix, name);

    int fd = askpass_open_private(runtime->dir, name, &why);

    if (fd < 0)
        return false;

    bool done = secret_alloc(buffer, max) && input_read(fd, buffer);

    close(fd);
    if (!done)
        secret_free(buffer);
    return done;
}

/* Times on both sides of `now`: the clock may have been set back. */
static bool is_fresh(int dir, const char *name, int64_t now)
{
    struct stat st;

    return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           llabs(now - (int64_t)st.st_mtime) <= RUNTIME_SECONDS;
}

void runtime_remove(const struct runtime *runtime, const char *suffix)
{
    char name[RUNTIME_NAME_MAX];

    if (runtime->dir < 0)
        return;
    name_file(runtime, suffix, name);
    unlinkat(runtime->dir, name, 0);
}

static int is_of_this_program(const struct dirent *entry)
{
    return strncmp(entry->d_name, PREFIX, sizeof(PREFIX) - 1) == 0;
}

void runtime_sweep(const struct runtime *runtime, int64_t now)
{
    struct dirent **entries = NULL;

    if (runtime->dir < 0)
        return;

    int count = scandirat(runtime->dir, ".", &entries, is_of_this_program, NULL);

    for (int i = 0; i < count; i++) {
        if (!is_fresh(runtime->dir, entries[i]->d_name, now))
            unlinkat(runtime->dir, entries[i]->d_name, 0);
        free(entries[i]);
    }
    free(entries);
}

void runtime_close(struct runtime *runtime)
{
    if (runtime->dir >= 0)
        close(runtime->dir);
    runtime->dir = -1;
}
