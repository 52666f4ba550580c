/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* A row of outputs of one channel, stride 1, two at a time: from columns x .. x + 3. */
#define EU_PLANES_ONE(a, b, first, last) \
    "ldr r2, [r0, #" a "]\n\tldr r3, [r0, #" b "]\n\t" EU_PLANES_SUM("r10", "r2", "r3", first, last) \
    "smlatb r11, r2, " first ", r11\n\tsmlad r11, r3, " last ", r11\n\t"

EU_NAKED static void eu_planes_one_row(EU_UNUSED const eu_planes_row_t *row)
{
    /* clang-format off */
    __asm__(EU_PLANES_ENTER "1:\n\tldr r10, [sp]\n\tmov r11, r10\n\t"
            EU_PLANES_ONE("0", "48", "r4", "r5") EU_PLANES_ONE("16", "64", "r6", "r7") EU_PLANES_ONE("32", "80", "r8", "r9")
            "adds r0, #48\n\t" EU_PLANES_STORE_TWO EU_PLANES_LAST EU_PLANES_LEAVE);
    /* clang-format on */
}
