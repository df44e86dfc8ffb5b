/* SPDX-License-Identifier: BSD-3-Clause */
#include "fetch-client.h"

#include <stdio.h>
#include <stdlib.h>

#include "paths.h"
#include "spawn-failure.h"

static size_t put_order(const struct fetch_question *question, unsigned char *out, size_t size)
{
    struct wire_order order = question->order;

    order.timeout_ms = spawn_ms_left(question->deadline_ms);
    return wire_put_order(&order, out, size);
}

bool fetch_ask(const struct fetch_question *question, unsigned char *message, size_t size,
               struct wire_receipt *receipt, char *failure, size_t failure_size)
{
    unsigned char *order = malloc(WIRE_ORDER_MAX);
    struct span sent = {order, order ? put_order(question, order, WIRE_ORDER_MAX) : 0};
    const struct spawn_call call = {
        .path = paths_jwt_fetch,
        .also_trusted = question->also_trusted,
        .messages = &sent,
        .message_count = 1,
        .file = question->file,
        .deadline_ms = question->deadline_ms,
    };
    enum spawn_outcome outcome = SPAWN_NO_MEMORY;
    size_t len = 0;
    int error = 0;

    *receipt = (struct wire_receipt){0};
    if (order && sent.len == 0) {
        free(order);
        (void)snprintf(failure, failure_size, "%s: the order is too long", paths_jwt_fetch);
        return false;
    }
    if (order)
        outcome = spawn_ask(&call, message, size, &len, &error);
    free(order);
    if (outcome == SPAWN_REPLIED && wire_get_receipt(span_of(message, len), receipt))
        return true;
    *receipt = (struct wire_receipt){0};
    (void)spawn_failure(paths_jwt_fetch, "receipt", outcome, error, failure, failure_size);
    return false;
}
