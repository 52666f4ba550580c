/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Widens `rows` rows of `groups` groups of four channels: of each group 16 words of inputs 0 and 2, then 16 of inputs 1 and 3, a word per row.
 * Returns the end. */
#define EU_TRIOS_WORD(x) "sxtb16 r9, " x ", ror #8\n\tsxtb16 " x ", " x "\n\tstr r9, [r12, #64]\n\tstr " x ", [r12], #4\n\t"

__attribute__((naked, noinline)) static int32_t *eu_trios_widen(__attribute__((unused)) const int8_t *in,
                                                                __attribute__((unused)) int32_t step,
                                                                __attribute__((unused)) int32_t groups,
                                                                __attribute__((unused)) int32_t rows,
                                                                __attribute__((unused)) int32_t *panel)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {r4-r11, lr}\n\tldr r12, [sp, #36]\n\tadd r11, r1, r1, lsl #1\n\tlsls r10, r3, #2\n\trsb r10, #128\n\t"
            "cmp r2, #0\n\tbeq 5f\n"
            "1:\n\tmov r4, r0\n\tsubs lr, r3, #4\n\tblt 3f\n"
            "2:\n\tldr r5, [r4]\n\tldr r6, [r4, r1]\n\tldr r7, [r4, r1, lsl #1]\n\tldr r8, [r4, r11]\n\tadd r4, r4, r1, lsl #2\n\t"
            EU_TRIOS_WORD("r5") EU_TRIOS_WORD("r6") EU_TRIOS_WORD("r7") EU_TRIOS_WORD("r8") "subs lr, #4\n\tbge 2b\n"
            "3:\n\tadds lr, #4\n\tbeq 4f\n"
            "6:\n\tldr r5, [r4]\n\tadd r4, r1\n\t" EU_TRIOS_WORD("r5") "subs lr, #1\n\tbne 6b\n"
            "4:\n\tadds r0, #4\n\tadd r12, r10\n\tsubs r2, #1\n\tbne 1b\n"
            "5:\n\tmov r0, r12\n\tpop {r4-r11, pc}");
    /* clang-format on */
}
