/* SPDX-License-Identifier: BSD-3-Clause */
#include "askpass-snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/token.h"
#include "askpass-token.h"
#include "input.h"

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
static int open_runtime_dir(void)
{
    const char *path = getenv("XDG_RUNTIME_DIR");
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

void snapshot_open(struct snapshot *snapshot)
{
    unsigned long long start;
    pid_t parent = getppid();

    snapshot->dir = -1;
    if (!read_start_time(parent, &start))
        return;

    snprintf(snapshot->name, sizeof(snapshot->name), "pam-jwt-askpass.%d.%llu", parent, start);
    snapshot->dir = open_runtime_dir();
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

void snapshot_save(const struct snapshot *snapshot, struct span token)
{
    if (snapshot->dir < 0)
        return;

    snapshot_remove(snapshot);

    int fd = openat(snapshot->dir, snapshot->name,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);

    if (fd < 0)
        return;

    bool written = write_all(fd, token);

    if (close(fd) != 0 || !written)
        snapshot_remove(snapshot);
}

bool snapshot_load(const struct snapshot *snapshot, struct secret *buffer, struct span *token)
{
    const char *why;

    if (snapshot->dir < 0)
        return false;

    int fd = askpass_open_private(snapshot->dir, snapshot->name, &why);

    if (fd < 0)
        return false;

    bool done = secret_alloc(buffer, TOKEN_MAX) && input_read(fd, buffer);

    close(fd);
    if (!done)
        secret_free(buffer);
    *token = span_of(buffer->ptr, buffer->len);
    return done;
}

void snapshot_remove(const struct snapshot *snapshot)
{
    if (snapshot->dir >= 0)
        unlinkat(snapshot->dir, snapshot->name, 0);
}

void snapshot_close(struct snapshot *snapshot)
{
    if (snapshot->dir >= 0)
        close(snapshot->dir);
    snapshot->dir = -1;
}
