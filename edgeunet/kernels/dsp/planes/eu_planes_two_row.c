/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* A row of outputs of one channel, stride 2, two at a time: from columns 2x .. 2x + 4. */
#define EU_PLANES_TWO(a, b, c, first, last) \
    "ldr r2, [r0, #" a "]\n\tldr r3, [r0, #" b "]\n\t" EU_PLANES_SUM("r10", "r2", "r3", first, last) \
    "ldr r2, [r0, #" c "]\n\t" EU_PLANES_SUM("r11", "r3", "r2", first, last)

EU_NAKED static void eu_planes_two_row(EU_UNUSED const eu_planes_row_t *row)
{
    /* clang-format off */
    __asm__(EU_PLANES_ENTER "1:\n\tldr r10, [sp]\n\tmov r11, r10\n\t"
            EU_PLANES_TWO("0", "48", "96", "r4", "r5") EU_PLANES_TWO("16", "64", "112", "r6", "r7")
            EU_PLANES_TWO("32", "80", "128", "r8", "r9")
            "adds r0, #96\n\t" EU_PLANES_STORE_TWO EU_PLANES_LAST EU_PLANES_LEAVE);
    /* clang-format on */
}
