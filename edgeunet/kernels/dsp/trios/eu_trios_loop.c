/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_trios_loop_3  taps=3
 *     eu_trios_loop_5  taps=5
 *     eu_trios_loop_7  taps=7
 */
/* All channels of threes of rows: the sums, then RELU by the high word of one product (eu_panels.c). */
EU_TRIOS_NAKED static void $name(EU_TRIOS_UNUSED const eu_trios_frame_t *frame)
{
    /* clang-format off */
    __asm__(EU_TRIOS_SET_UP(EU_TRIOS_BEFORE_$taps)
            "5:\n\tldr r1, [sp, #24]\n"
            "6:\n\tldr r0, [sp]\n\tmovs r7, #0\n\tmov r8, r7\n\tmov r9, r7\n\tmov r10, r7\n\tmov r11, r7\n\tmov r12, r7\n"
            "7:\n\t" EU_TRIOS_UNIT_$taps("") EU_TRIOS_UNIT_$taps("ldr r3, [sp, #4]\n\t") "cmp r0, r3\n\tbne.w 7b\n\t"
            EU_TRIOS_RELU EU_TRIOS_STORE "bcc.w 6b\n\t" EU_TRIOS_NEXT);
    /* clang-format on */
}
