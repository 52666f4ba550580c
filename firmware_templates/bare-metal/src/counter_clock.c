/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Wall time on the host. */
#define _POSIX_C_SOURCE 199309L
#include <time.h>

#include "board.h"

const char COUNTER_UNIT[] = "nanoseconds";

void counter_start(void)
{
}

uint64_t counter_read(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
