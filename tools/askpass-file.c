/* SPDX-License-Identifier: BSD-3-Clause */
#include "askpass-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool askpass_fail(const char *where, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "pam-jwt-askpass: %s: ", where);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return false;
}

static int close_refused(int fd)
{
    if (fd >= 0)
        close(fd);
    return -1;
}

int askpass_open_private(int dir, const char *path, const char **why)
{
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct stat st;

    *why = NULL;
    if (fd < 0 || fstat(fd, &st) != 0)
        *why = errno == ELOOP ? "expected a file, found a symbolic link" : strerror(errno);
    else if (!S_ISREG(st.st_mode))
        *why = "expected a regular file";
    else if (st.st_uid != geteuid())
        *why = "expected a file of your own, it belongs to another user";
    else if (st.st_nlink != 1)
        *why = "expected a file of one name, it has others: somebody else may have chosen it";
    else if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        *why = "others may read or write it: run chmod 600 on it and get a new token";
    return *why ? close_refused(fd) : fd;
}

/* A directory that may not be searched, as in the home of somebody else, has no file for us. */
static bool is_absent(const char *path)
{
    struct stat st;

    return stat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES);
}

int askpass_open_trusted(const char *path, const char **why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;

    *why = NULL;
    if (fd < 0) {
        *why = strerror(errno);
        if (is_absent(path))
            *why = NULL;
        return -1;
    }
    if (fstat(fd, &st) != 0)
        *why = strerror(errno);
    else if (!S_ISREG(st.st_mode))
        *why = "expected a regular file";
    else if (st.st_uid != geteuid() && st.st_uid != 0)
        *why = "expected a file of your own or of root, it belongs to another user";
    else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        *why = "others may write it: look what is in it, and run chmod 600 on it";
    return *why ? close_refused(fd) : fd;
}
