/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Moves `bytes` (a multiple of four, at multiples of four) to where they lie lower in memory, or apart: 16 at a time, long
 * ones 32 at a time in registers, which is fewer instructions from there on. */
__attribute__((naked, noinline)) static void eu_move(__attribute__((unused)) int8_t *to,
                                                     __attribute__((unused)) const int8_t *from,
                                                     __attribute__((unused)) int32_t bytes)
{
    __asm__(
        ".syntax unified\n\tcmp r2, #256\n\tbge 4f\n"
        "1:\n\tpush {lr}\n\twlstp.8 lr, r2, 3f\n2:\n\tvldrb.8 q0, [r1], #16\n\tvstrb.8 q0, [r0], #16\n\tletp lr, 2b\n3:\n\tpop {pc}\n"
        "4:\n\tpush {r4-r10}\n\tsubs r2, #32\n5:\n\tldmia r1!, {r3-r10}\n\tstmia r0!, {r3-r10}\n\tsubs r2, #32\n\tbge 5b\n\t"
        "adds r2, #32\n\tpop {r4-r10}\n\tb 1b");
}
