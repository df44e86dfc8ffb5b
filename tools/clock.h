/* SPDX-License-Identifier: BSD-3-Clause */
/* Times as people write and read them. */
#ifndef PAM_JWT_CLOCK_H
#define PAM_JWT_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCK_TEXT_MAX 32

/*
 * RFC 3339 (fractions of a second are dropped, a leap second has no number and is refused) or
 * integer seconds since the epoch within -2^53 .. 2^53. False for anything else.
 */
bool clock_parse(const char *text, int64_t *seconds);

/* RFC 3339 in UTC; the bare number where no year of four digits fits. */
void clock_format(int64_t seconds, char out[CLOCK_TEXT_MAX]);

#endif
