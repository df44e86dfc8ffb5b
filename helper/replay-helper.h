/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What jwt-replay and jwt-replay-redis share: setup, configuration, one use of a token to be spent,
 * and the answer (sys/wire.h).
 */
#ifndef PAM_JWT_REPLAY_HELPER_H
#define PAM_JWT_REPLAY_HELPER_H

#include <sys/types.h>

#include "../lib/replay-id.h"
#include "../lib/report.h"
#include "../sys/sandbox.h"
#include "../sys/wire.h"

struct replay_helper {
    unsigned char setup_message[WIRE_SETUP_MAX];
    struct wire_setup setup; /* spans point into setup_message */
    uid_t also_trusted;      /* 0: files belong to root alone */
    int64_t deadline_ms;     /* CLOCK_MONOTONIC: some time before nobody waits for the answer */
    struct rules *rules;
    struct replay_entry entry;
    int64_t now; /* seconds since the epoch: when it was asked for */
    struct sandbox_result sandbox;
    struct report report;
};

/*
 * Makes this process one that dumps no core and ends by itself, and gets the setup and the rules.
 * The setup stays in the socket, for another program, if `peek`. False: nobody can be answered.
 * Without rules helper->report says why.
 */
bool replay_begin(struct replay_helper *helper, bool peek);

unsigned replay_seconds_left(const struct replay_helper *helper); /* rounded up */

/* For a process that is sealed. STATUS_ACCEPTED: helper->entry is to be spent at helper->now. */
enum status replay_receive(struct replay_helper *helper);

/*
 * Sends the verdict, with helper->report as its detail, and frees the rules; the exit status. An
 * entry whose time is over meanwhile is no yes.
 */
int replay_end(struct replay_helper *helper, enum status status);

#endif
