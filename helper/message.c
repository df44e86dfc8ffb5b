/* SPDX-License-Identifier: BSD-3-Clause */
#include "message.h"

#include <errno.h>
#include <sys/socket.h>

#define SOCKET 3

static bool receive(unsigned char *out, size_t size, int flags, struct span *message)
{
    ssize_t got;

    do
        got = recv(SOCKET, out, size, MSG_TRUNC | flags);
    while (got < 0 && errno == EINTR);
    if (got <= 0 || (size_t)got > size)
        return false;
    *message = span_of(out, (size_t)got);
    return true;
}

bool message_receive(unsigned char *out, size_t size, struct span *message)
{
    return receive(out, size, 0, message);
}

bool message_peek(unsigned char *out, size_t size, struct span *message)
{
    return receive(out, size, MSG_PEEK, message);
}

int message_reply(struct span message)
{
    bool sent = message.len > 0 &&
                send(SOCKET, message.ptr, message.len, MSG_NOSIGNAL) == (ssize_t)message.len;

    return sent ? 0 : 1;
}

bool message_copy_text(struct span text, char *out, size_t size)
{
    if (text.len >= size)
        return false;
    if (text.len > 0)
        memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    return true;
}
