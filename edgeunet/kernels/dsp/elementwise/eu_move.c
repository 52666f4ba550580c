/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Moves `bytes` (a multiple of four, at multiples of four) to where they lie lower in memory, or apart: 32 at a time. */
__attribute__((naked, noinline)) static void eu_move(__attribute__((unused)) int8_t *to,
                                                     __attribute__((unused)) const int8_t *from,
                                                     __attribute__((unused)) int32_t bytes)
{
    __asm__(
        ".syntax unified\n\tpush {r4-r10}\n\tsubs r2, #32\n\tblt 2f\n"
        "1:\n\tldmia r1!, {r3-r10}\n\tstmia r0!, {r3-r10}\n\tsubs r2, #32\n\tbge 1b\n"
        "2:\n\tlsls r2, r2, #28\n\titt cs\n\tldmiacs r1!, {r3-r6}\n\tstmiacs r0!, {r3-r6}\n\t"
        "itt mi\n\tldmiami r1!, {r3, r4}\n\tstmiami r0!, {r3, r4}\n\tlsls r2, r2, #1\n\titt mi\n\tldrmi r3, [r1]\n\tstrmi r3, [r0]\n\t"
        "pop {r4-r10}\n\tbx lr");
}
