/* SPDX-License-Identifier: BSD-3-Clause */
/* Failures that take equally long, whatever their cause: how long one took would tell known users
 * from unknown. */
#ifndef PAM_JWT_DELAY_H
#define PAM_JWT_DELAY_H

#include <stdint.h>

/* Sleeps until the next multiple of 100 ms after `since_ms` (CLOCK_MONOTONIC). */
void delay_align(int64_t since_ms);

#endif
