/* SPDX-License-Identifier: BSD-3-Clause */
/* In place of jwt-fetch: MODE is what it brings. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../sys/wire.h"

#define BRING 1 /* the order's wishes and issuer, and one failure */
#define HANG 2
#define LIST 3 /* nothing; the failures are the wishes */

static unsigned char message[WIRE_ORDER_MAX], reply[WIRE_RECEIPT_MAX];

/* "KIND GROUP URL REQUEST CERT ISSUER" each, the last three in bytes. */
static int list(struct span wishes)
{
    char text[2048];
    size_t len = 0, size;
    struct wire_wish wish;

    while (wire_take_wish(&wishes, &wish) && len < sizeof(text) - 512)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%d %d %.*s %zu %zu %zu\n",
                                (int)wish.kind, (int)wish.group, (int)wish.url.len,
                                (const char *)wish.url.ptr, wish.request.len, wish.cert.len,
                                wish.issuer.len);
    if (wishes.len > 0)
        return 1;
    size = wire_put_receipt(&(struct wire_receipt){.failures = span_of(text, len)}, reply,
                            sizeof(reply));
    return send(3, reply, size, MSG_NOSIGNAL) == (ssize_t)size ? 0 : 1;
}

int main(void)
{
    const struct wire_receipt receipt = {
        .brought = 1, .failures = span_text("http://a/: refused\nhttp://b/: timeout\n")};
    struct wire_order order;
    ssize_t len = recv(3, message, sizeof(message), 0);
    size_t size;

    if (MODE == HANG)
        alarm(60); /* nobody else may end it where there is no pidfd */
    while (MODE == HANG)
        pause();
    if (len < 0 || !wire_get_order(span_of(message, (size_t)len), &order) || order.timeout_ms < 1 ||
        order.refresh)
        return 1;
    if (MODE == LIST)
        return list(order.wishes);
    if (write(4, order.wishes.ptr, order.wishes.len) != (ssize_t)order.wishes.len ||
        write(4, order.issuer.ptr, order.issuer.len) != (ssize_t)order.issuer.len)
        return 1;
    size = wire_put_receipt(&receipt, reply, sizeof(reply));
    return send(3, reply, size, MSG_NOSIGNAL) == (ssize_t)size ? 0 : 1;
}
