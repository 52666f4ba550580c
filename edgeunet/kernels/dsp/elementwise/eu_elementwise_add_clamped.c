/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Sum of two int8 signals on different scales, as one straight line per operand, clamped:
 *
 *     out = min(max((a * a_slope + b * b_slope + offset) >> 20, low), high)
 *
 * That this equals TFLite's three requantizations is checked for all 65,536 pairs of operands when the kernel is chosen
 * (docs/DSP_KERNELS.md), and that no sum leaves int32. Rows are whole words at any address; out may be a or b.
 * Four values per word, 7.3 instructions each. */
typedef struct {
    int32_t rows;
    int32_t words; /* per row */
    int32_t a_pitch;
    int32_t b_pitch;
    int32_t out_pitch;
    int32_t a_slope;
    int32_t b_slope;
    int32_t offset;
    uint32_t low; /* four times in a word */
    uint32_t high;
} eu_elementwise_add_clamped_t;

#define EU_ELEMENTWISE_ADD_CLAMPED_VALUE(value, rotation) \
    "sxtb " value ", r6" rotation "\n\tsxtb r12, r7" rotation "\n\tmla " value ", " value ", r3, r5\n\t" \
    "mla " value ", r12, r4, " value "\n\tssat " value ", #8, " value ", asr #20\n\t"

/* r0 a, r1 b, r2 out; params: words, a_slope, b_slope, offset, low, high. */
__attribute__((naked, noinline)) static void eu_elementwise_add_clamped_row(__attribute__((unused)) const int8_t *a,
                                                                            __attribute__((unused)) const int8_t *b,
                                                                            __attribute__((unused)) int8_t *out,
                                                                            __attribute__((unused))
                                                                            const eu_elementwise_add_clamped_t *p)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {r4-r11, lr}\n\tldr lr, [r3, #4]\n\tadd r3, #20\n\tldmia r3, {r3-r5, r10, r11}\n"
            "1:\n\tldr r6, [r0], #4\n\tldr r7, [r1], #4\n\t"
            EU_ELEMENTWISE_ADD_CLAMPED_VALUE("r8", "") EU_ELEMENTWISE_ADD_CLAMPED_VALUE("r9", ", ror #8") "bfi r8, r9, #8, #8\n\t"
            EU_ELEMENTWISE_ADD_CLAMPED_VALUE("r9", ", ror #16") "bfi r8, r9, #16, #8\n\t"
            EU_ELEMENTWISE_ADD_CLAMPED_VALUE("r9", ", ror #24") "bfi r8, r9, #24, #8\n\t"
            "ssub8 r9, r8, r10\n\tsel r8, r8, r10\n\tssub8 r9, r11, r8\n\tsel r8, r8, r11\n\t"
            "str r8, [r2], #4\n\tsubs lr, #1\n\tbne 1b\n\tpop {r4-r11, pc}");
    /* clang-format on */
}

static void eu_elementwise_add_clamped(const int8_t *a, const int8_t *b, int8_t *out,
                                       const eu_elementwise_add_clamped_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        eu_elementwise_add_clamped_row(a, b, out, p);
        a += p->a_pitch;
        b += p->b_pitch;
        out += p->out_pitch;
    }
}
