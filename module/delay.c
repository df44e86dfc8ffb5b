/* SPDX-License-Identifier: BSD-3-Clause */
#include "delay.h"

#include <errno.h>
#include <time.h>

#include "../sys/spawn.h"

#define STEP_MS 100

void delay_align(int64_t since_ms)
{
    int64_t steps = (spawn_now_ms() - since_ms) / STEP_MS + 1;
    int64_t until = since_ms + steps * STEP_MS;
    const struct timespec end = {(time_t)(until / 1000), (long)(until % 1000) * 1000000};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
        ;
}
