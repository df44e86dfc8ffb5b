/* SPDX-License-Identifier: BSD-3-Clause */
/* In place of jwt-verify: MODE is how it fails, or lies. */
#include <sys/socket.h>
#include <unistd.h>

#include "../../sys/wire.h"

#define DIE 1
#define HANG 2
#define HALF 3
#define YES 4   /* accepts every user */
#define OTHER 5 /* accepts another user than the one who was asked about */

static unsigned char message[WIRE_VERDICT_MAX];

static int accept_user(struct span user)
{
    static unsigned char reply[WIRE_VERDICT_MAX];
    const struct wire_verdict verdict = {
        .status = STATUS_ACCEPTED, .user = user, .valid_until = INT64_MAX};
    size_t len = wire_put_verdict(&verdict, reply, sizeof(reply));

    return send(3, reply, len, MSG_NOSIGNAL) == (ssize_t)len ? 0 : 1;
}

int main(void)
{
    struct wire_request request = {0};
    ssize_t len;

    if (recv(3, message, sizeof(message), 0) < 0)
        return 1;
    len = recv(3, message, sizeof(message), 0);
    if (len < 0 || !wire_get_request(span_of(message, (size_t)len), &request))
        return 1;
    if (MODE == YES)
        return accept_user(request.user);
    if (MODE == OTHER)
        return accept_user(span_text("somebody"));
    if (MODE == HALF)
        return send(3, message, 16, MSG_NOSIGNAL) == 16 ? 0 : 1;
    while (MODE == HANG)
        pause();
    return 0;
}
