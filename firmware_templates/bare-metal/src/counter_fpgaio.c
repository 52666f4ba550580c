/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Instructions, exactly, from the MPS2/MPS3 FPGAIO cycle counter of an emulator that runs one instruction per
 * nanosecond (QEMU: -icount shift=0). The counter advances once in N = BOARD_COUNTER_TICK instructions, so one reading is
 * floor(t / N). Summing N readings, taken 7 instructions apart, undoes the floor: for gcd(7, N) = 1 the offsets
 * 7k mod N are a permutation of 0..N-1, hence
 *
 *     sum over k < N of floor((t + 7k) / N) = t + constant
 *
 * (Hermite's identity). Differences of two readings are exact to the instruction.
 */
#include "board.h"
#include "board_row.h"

#if BOARD_COUNTER_TICK % 7 == 0
#error "the stride of 7 instructions and the counter's tick must have no common factor"
#endif

const char COUNTER_UNIT[] = "instructions";

void counter_start(void)
{
}

__attribute__((noinline)) uint64_t counter_read(void)
{
    uint32_t low = 0;
    uint32_t high = 0;
    uint32_t reading;
    uint32_t left = BOARD_COUNTER_TICK;
    __asm volatile(".balign 8\n"
                   "1: ldr %[reading], [%[counter]]\n"
                   "   adds %[low], %[low], %[reading]\n"
                   "   adcs %[high], %[high], %[zero]\n" /* Armv6-M adds no constant and carry */
                   "   nop\n"
                   "   nop\n"
                   "   subs %[left], %[left], #1\n"
                   "   bne 1b\n"
                   : [low] "+&l"(low), [high] "+&l"(high), [reading] "=&l"(reading), [left] "+&l"(left)
                   : [counter] "l"(BOARD_COUNTER_ADDRESS), [zero] "l"(0)
                   : "cc", "memory");
    return ((uint64_t)high << 32) | low;
}
