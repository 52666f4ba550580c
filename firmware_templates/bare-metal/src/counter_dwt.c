/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* CPU cycles from the DWT of Armv7-M and Armv8-M mainline; 32 bits, so one run must stay below 2^32 cycles. */
#include "board.h"
#include "board_row.h"

#define DEMCR (*(volatile uint32_t *)0xE000EDFCu)
#define DWT_CTRL (*(volatile uint32_t *)0xE0001000u)
#define DWT_CYCCNT (*(volatile uint32_t *)0xE0001004u)
#define DWT_LAR (*(volatile uint32_t *)0xE0001FB0u)

const char COUNTER_UNIT[] = "cycles";

static uint32_t last;
static uint32_t wraps;

void counter_start(void)
{
    DEMCR |= 1u << 24;     /* TRCENA */
    DWT_LAR = 0xC5ACCE55u; /* the M7 keeps the DWT locked; elsewhere this is ignored */
    DWT_CYCCNT = 0u;
    DWT_CTRL |= 1u;
}

__attribute__((noinline)) uint64_t counter_read(void)
{
    const uint32_t now = DWT_CYCCNT;
    wraps += now < last;
    last = now;
    return ((uint64_t)wraps << 32) | now;
}
