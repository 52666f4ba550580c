/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* The host as a board: no registers to set, no stack to paint. */
#include "board.h"

void board_start(void)
{
    uart_start();
    counter_start();
}

void board_trap_unaligned(void)
{
}

uintptr_t stack_limit(void)
{
    return 0;
}

uintptr_t stack_lowest_touched(void (*work)(void *), void *context)
{
    work(context);
    return 0;
}

void stack_pointer_at_entry(void *context)
{
    *(uintptr_t *)context = 0;
}

void loop_of_known_length(void *loops)
{
    (void)loops;
}

void nothing(void *context)
{
    (void)context;
}
