/* SPDX-License-Identifier: BSD-3-Clause */
/* One order to jwt-fetch and its receipt: for the module, `pam-jwt explain` and `pam-jwt refresh`.
 */
#ifndef PAM_JWT_FETCH_CLIENT_H
#define PAM_JWT_FETCH_CLIENT_H

#include <sys/types.h>

#include "spawn.h"
#include "wire.h"

struct fetch_question {
    struct wire_order order; /* its timeout_ms is set from deadline_ms */
    int64_t deadline_ms;     /* CLOCK_MONOTONIC */
    uid_t also_trusted;      /* for the program file; 0: root's only */
    int file; /* a memfd above 4, close-on-exec, that gets the answers behind its end; -1: the cache
                 only */
};

/*
 * False, and `failure` filled, without a complete receipt. `message` holds the receipt's texts:
 * WIRE_RECEIPT_MAX bytes are enough for any.
 */
bool fetch_ask(const struct fetch_question *question, unsigned char *message, size_t size,
               struct wire_receipt *receipt, char *failure, size_t failure_size);

#endif
