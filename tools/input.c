/* SPDX-License-Identifier: BSD-3-Clause */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool input_read(int fd, struct secret *out)
{
    while (out->len < out->size) {
        ssize_t got = read(fd, out->ptr + out->len, out->size - out->len);

        if (got == 0)
            return true;
        if (got > 0)
            out->len += (size_t)got;
        else if (errno != EINTR)
            return false;
    }
    return true;
}

bool input_read_file(const char *path, size_t max, struct secret *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return false;

    bool done = secret_alloc(out, max) && input_read(fd, out);
    int error = errno;

    close(fd);
    errno = done ? EFBIG : error;
    return done && out->len < out->size;
}

static bool is_space(unsigned char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

struct span input_strip_end(struct span text)
{
    while (text.len > 0 && is_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

struct span input_strip(struct span text)
{
    text = input_strip_end(text);
    while (text.len > 0 && is_space(text.ptr[0]))
        text = span_of(text.ptr + 1, text.len - 1);
    return text;
}
