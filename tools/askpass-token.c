/* SPDX-License-Identifier: BSD-3-Clause */
#include "askpass-token.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/token.h"
#include "input.h"

#define BUFFER_SIZE (TOKEN_MAX + 1024) /* bytes: some white space may surround the token */

static bool fail(const char *where, const char *why)
{
    fprintf(stderr, "pam-jwt-askpass: %s: %s\n", where, why);
    return false;
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
    if (!*why)
        return fd;

    if (fd >= 0)
        close(fd);
    return -1;
}

static bool take_text(const char *value, struct secret *buffer)
{
    return secret_append(buffer, value, strlen(value)) || fail("BEARER_TOKEN", "it is too long");
}

static bool take_file(const char *path, struct secret *buffer)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return fail(path, strerror(errno));

    bool done = input_read(fd, buffer) || fail(path, strerror(errno));

    close(fd);
    return done;
}

static bool take_private(const char *directory, struct secret *buffer)
{
    char path[PATH_MAX];
    const char *why;
    int length = snprintf(path, sizeof(path), "%s/bt_u%u", directory, (unsigned)geteuid());

    if (length < 0 || (size_t)length >= sizeof(path))
        return fail(directory, "the path is too long");

    int fd = askpass_open_private(AT_FDCWD, path, &why);

    if (fd < 0)
        return fail(path, why);

    bool done = input_read(fd, buffer) || fail(path, strerror(errno));

    close(fd);
    return done;
}

static const struct {
    const char *variable;
    bool (*take)(const char *value, struct secret *buffer);
} places[] = {
    {"BEARER_TOKEN", take_text},
    {"BEARER_TOKEN_FILE", take_file},
    {"XDG_RUNTIME_DIR", take_private},
};

static bool read_first_place(struct secret *buffer)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const char *value = getenv(places[i].variable);

        if (value && *value != '\0')
            return places[i].take(value, buffer);
    }
    return take_private("/tmp", buffer);
}

static bool is_one_word(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] <= ' ' || text.ptr[i] >= 0x7f)
            return false;
    }
    return true;
}

bool askpass_token_find(struct secret *buffer, struct span *token)
{
    if (!secret_alloc(buffer, BUFFER_SIZE))
        return fail("memory", strerror(errno));
    if (!read_first_place(buffer))
        return false;

    *token = input_strip(span_of(buffer->ptr, buffer->len));

    if (token->len == 0)
        return fail("token", "expected a token, found nothing but white space");
    if (token->len > TOKEN_MAX || buffer->len == buffer->size)
        return fail("token", "expected at most 16384 bytes");
    /* A file given by mistake (a key, a list of passwords) must not reach a server. */
    if (token->len < 3 || memcmp(token->ptr, "eyJ", 3) != 0 || !is_one_word(*token))
        return fail("token", "expected a JWT: one word, which begins with eyJ");
    return true;
}
