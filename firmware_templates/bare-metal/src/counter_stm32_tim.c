/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* CPU cycles from a 32-bit timer of an STM32 (RM0444, chapter 22: TIM2), for cores without a DWT. The timer runs at the
 * core's clock as long as neither bus is divided, which is so after reset; one run must stay below 2^32 cycles. */
#include "board.h"
#include "board_row.h"

#define TIM(offset) (*(volatile uint32_t *)(BOARD_COUNTER_ADDRESS + (offset)))
enum { CR1 = 0x00, EGR = 0x14, CNT = 0x24, PSC = 0x28, ARR = 0x2C };

const char COUNTER_UNIT[] = "cycles";

static uint32_t last;
static uint32_t wraps;

void counter_start(void)
{
    TIM(PSC) = 0u;
    TIM(ARR) = 0xFFFFFFFFu;
    TIM(EGR) = 1u; /* UG: the prescaler takes effect, the count starts over */
    TIM(CR1) = 1u; /* CEN */
}

__attribute__((noinline)) uint64_t counter_read(void)
{
    const uint32_t now = TIM(CNT);
    wraps += now < last;
    last = now;
    return ((uint64_t)wraps << 32) | now;
}
