/* SPDX-License-Identifier: BSD-3-Clause */
/* In place of jwt-replay: MODE is what it says, or how it fails. */
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../sys/wire.h"

#define YES 1 /* if it was asked as it should be */
#define DIE 2
#define HANG 3
#define HALF 4 /* of a yes */
#define LONG 5 /* a yes, and a byte */
#define ODD 6  /* a verdict that nobody else may give, with texts that a log would misread */

static unsigned char setup_message[WIRE_SETUP_MAX], spend_message[WIRE_SPEND_MAX];

static bool asked_well(void)
{
    struct wire_setup setup;
    struct wire_spend spend;
    ssize_t setup_len = recv(3, setup_message, sizeof(setup_message), 0),
            spend_len = recv(3, spend_message, sizeof(spend_message), 0);

    return setup_len > 0 && spend_len > 0 &&
           wire_get_setup(span_of(setup_message, (size_t)setup_len), &setup) &&
           wire_get_spend(span_of(spend_message, (size_t)spend_len), &spend) &&
           setup.timeout_ms > 0 && setup.timeout_ms <= 10000 && setup.config.len > 0 &&
           spend.until == 4070908800 + 60 + 60;
}

int main(void)
{
    static unsigned char reply[WIRE_VERDICT_MAX];
    const struct wire_verdict yes = {.status = STATUS_ACCEPTED},
                              odd = {.status = STATUS_EXPIRED,
                                     .detail = span_text("a; token=b\n"),
                                     .user = span_text("root"),
                                     .valid_until = 1};
    size_t len = wire_put_verdict(MODE == ODD ? &odd : &yes, reply, sizeof(reply) - 1);

    if (!asked_well() || MODE == DIE)
        return 1;
    if (MODE == HANG)
        alarm(60); /* nobody else may end it where there is no pidfd */
    while (MODE == HANG)
        pause();
    len = MODE == HALF ? len / 2 : MODE == LONG ? len + 1 : len;
    return send(3, reply, len, MSG_NOSIGNAL) == (ssize_t)len ? 0 : 1;
}
