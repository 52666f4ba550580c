/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Board start, stack painting and the calibration loop on RISC-V. */
#include "board.h"
#include "board_row.h"

#define PAINT 0xC5A5C5A5u

extern uint32_t __stack_limit[];

void board_start(void)
{
    static const struct {
        uint32_t address, clear, set;
    } setup[] = {BOARD_SETUP{0, 0, 0}};
    for (unsigned i = 0; setup[i].address; ++i) {
        volatile uint32_t *reg = (volatile uint32_t *)setup[i].address;
        *reg = (*reg & ~setup[i].clear) | setup[i].set;
        (void)*reg; /* a peripheral clock needs a moment after it is switched on */
    }
    uart_start();
    counter_start();
}

void board_trap_unaligned(void)
{
}

uintptr_t stack_limit(void)
{
    return (uintptr_t)__stack_limit;
}

__attribute__((noinline)) uintptr_t stack_lowest_touched(void (*work)(void *), void *context)
{
    volatile uint32_t *top;
    __asm volatile("mv %0, sp" : "=r"(top));
    volatile uint32_t *word = __stack_limit;
    while (word < top) {
        *word++ = PAINT;
    }
    work(context);
    for (word = __stack_limit; word < top && *word == PAINT; ++word) {
    }
    return (uintptr_t)word;
}

__attribute__((naked, noinline)) void stack_pointer_at_entry(void *context __attribute__((unused)))
{
    __asm volatile("sw sp, 0(a0)\n"
                   "ret\n");
}

__attribute__((naked, noinline)) void loop_of_known_length(void *loops __attribute__((unused)))
{
    __asm volatile("1: addi a0, a0, -1\n"
                   "   bnez a0, 1b\n"
                   "   ret\n");
}

__attribute__((naked, noinline)) void nothing(void *context __attribute__((unused)))
{
    __asm volatile("ret\n");
}
