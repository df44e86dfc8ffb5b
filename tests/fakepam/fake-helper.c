/* SPDX-License-Identifier: BSD-3-Clause */
/* In place of jwt-verify: MODE is how it fails, or lies. */
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../sys/wire.h"

#define DIE 1
#define HANG 2
#define HALF 3
#define YES 4        /* accepts every user */
#define OTHER 5      /* accepts another user than the one who was asked about */
#define WISH 6       /* wishes, then says what it has been told of it */
#define GREEDY 7     /* wishes each time */
#define WISH_YES 8   /* accepts, and wishes at first */
#define EXPORT 9     /* accepts, and exports what stands behind "eyJ" in the token */
#define EXPORT_NO 10 /* likewise, but refuses */

static unsigned char message[WIRE_VERDICT_MAX], setup_message[WIRE_SETUP_MAX];

static int send_verdict(const struct wire_verdict *verdict)
{
    static unsigned char reply[WIRE_VERDICT_MAX];
    size_t len = wire_put_verdict(verdict, reply, sizeof(reply));

    return send(3, reply, len, MSG_NOSIGNAL) == (ssize_t)len ? 0 : 1;
}

static int accept_user(struct span user)
{
    return send_verdict(
        &(struct wire_verdict){.status = STATUS_ACCEPTED, .user = user, .valid_until = INT64_MAX});
}

static int wish(enum status status, struct span user)
{
    return send_verdict(&(struct wire_verdict){.status = status,
                                               .user = user,
                                               .issuer = span_text("https://issuer"),
                                               .wishes = span_text("wishes of ")});
}

static int export(enum status status, const struct wire_request *request)
{
    return send_verdict(
        &(struct wire_verdict){.status = status,
                               .user = request->user,
                               .expires = 4070908800,
                               .valid_until = INT64_MAX,
                               .exports = span_of(request->token.ptr + 3, request->token.len - 3)});
}

/* What the second run finds. */
static int tell(const struct wire_setup *setup)
{
    char brought[64], text[512];
    ssize_t len = pread(4, brought, sizeof(brought), 0);
    int size = snprintf(text, sizeof(text), "may_fetch=%d fetched=%d failures='%.*s' file='%.*s'",
                        setup->may_fetch, setup->fetched, (int)setup->failures.len,
                        (const char *)setup->failures.ptr, len < 0 ? 0 : (int)len, brought);

    return send_verdict(&(struct wire_verdict){.status = STATUS_REVOCATION_UNAVAILABLE,
                                               .detail = span_of(text, (size_t)size)});
}

int main(void)
{
    struct wire_setup setup;
    struct wire_request request = {0};
    ssize_t len = recv(3, setup_message, sizeof(setup_message), 0);

    if (len < 0 || !wire_get_setup(span_of(setup_message, (size_t)len), &setup))
        return 1;
    len = recv(3, message, sizeof(message), 0);
    if (len < 0 || !wire_get_request(span_of(message, (size_t)len), &request))
        return 1;
    if (MODE == YES)
        return accept_user(request.user);
    if (MODE == EXPORT)
        return export(STATUS_ACCEPTED, &request);
    if (MODE == EXPORT_NO)
        return export(STATUS_EXPIRED, &request);
    if (MODE == OTHER)
        return accept_user(span_text("somebody"));
    if (MODE == WISH)
        return setup.fetched ? tell(&setup) : wish(STATUS_REVOCATION_UNKNOWN, span_of(NULL, 0));
    if (MODE == GREEDY)
        return wish(STATUS_REVOCATION_UNKNOWN, span_of(NULL, 0));
    if (MODE == WISH_YES)
        return setup.fetched ? accept_user(request.user) : wish(STATUS_ACCEPTED, request.user);
    if (MODE == HALF)
        return send(3, message, 16, MSG_NOSIGNAL) == 16 ? 0 : 1;
    if (MODE == HANG)
        alarm(60); /* nobody else may end it where there is no pidfd */
    while (MODE == HANG)
        pause();
    return 0;
}
