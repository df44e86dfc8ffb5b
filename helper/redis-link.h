/* SPDX-License-Identifier: BSD-3-Clause */
/* A connection to a Redis server, by TCP or by TLS, whose every wait has an end. */
#ifndef PAM_JWT_REDIS_LINK_H
#define PAM_JWT_REDIS_LINK_H

#include <stdint.h>

#include "../lib/redis-url.h"
#include "../lib/report.h"
#include "../lib/span.h"

struct redis_link;

/*
 * Connects, and for TLS (1.2 or newer) verifies that the server has the name of `place` by a CA of
 * `ca` (PEM; empty: the system's). Whoever is not root any more can do that. NULL, and the report
 * says why, by `deadline_ms` (CLOCK_MONOTONIC) at the latest, but for the time that a name takes.
 */
struct redis_link *redis_link_open(const struct redis_place *place, struct span ca,
                                   int64_t deadline_ms, struct report *report);
void redis_link_close(struct redis_link **link);

/* All of it; false, and the report says why. */
bool redis_link_send(struct redis_link *link, struct span bytes, struct report *report);

/* Waits for some bytes, at least one; 0, and the report says why. */
size_t redis_link_receive(struct redis_link *link, unsigned char *out, size_t size,
                          struct report *report);

#endif
