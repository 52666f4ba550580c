/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Sum of two int8 signals on different scales, as one straight line per operand:
 *
 *     out = min(max((a * a_slope + b * b_slope + offset) >> 20, -128), 127)
 *
 * That this equals TFLite's three requantizations is checked for all 65,536 pairs of operands when the kernel is chosen
 * (docs/DSP_KERNELS.md), and that no sum leaves int32. Rows are whole words at multiples of four bytes; out may be a or b.
 * Four values per word, 6.3 instructions each. */
typedef struct {
    int32_t rows;
    int32_t words; /* per row */
    int32_t a_pitch;
    int32_t b_pitch;
    int32_t out_pitch;
    int32_t a_slope;
    int32_t b_slope;
    int32_t offset;
} eu_elementwise_add_linear_t;

#define EU_ELEMENTWISE_ADD_VALUE(rotation) \
    "sxtb r8, r6" rotation "\n\tsxtb r9, r7" rotation "\n\tmla r8, r8, r3, r5\n\tmla r8, r9, r4, r8\n\t" \
    "ssat r8, #8, r8, asr #20\n\t"

/* r0 a, r1 b, r2 out; params: words, a_slope, b_slope, offset. */
__attribute__((naked, noinline)) static void eu_elementwise_add_linear_row(__attribute__((unused)) const int8_t *a,
                                                                           __attribute__((unused)) const int8_t *b,
                                                                           __attribute__((unused)) int8_t *out,
                                                                           __attribute__((unused))
                                                                           const eu_elementwise_add_linear_t *p)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {r4-r10, lr}\n\tldr r10, [r3, #4]\n\tldr r4, [r3, #24]\n\tldr r5, [r3, #28]\n\t"
            "ldr r3, [r3, #20]\n1:\n\tldr r6, [r0], #4\n\tldr r7, [r1], #4\n\t"
            EU_ELEMENTWISE_ADD_VALUE("") "strb r8, [r2], #1\n\t" EU_ELEMENTWISE_ADD_VALUE(", ror #8") "strb r8, [r2], #1\n\t"
            EU_ELEMENTWISE_ADD_VALUE(", ror #16") "strb r8, [r2], #1\n\t" EU_ELEMENTWISE_ADD_VALUE(", ror #24") "strb r8, [r2], #1\n\t"
            "subs r10, #1\n\tbne 1b\n\tpop {r4-r10, pc}");
    /* clang-format on */
}

static void eu_elementwise_add_linear(const int8_t *a, const int8_t *b, int8_t *out,
                                      const eu_elementwise_add_linear_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        eu_elementwise_add_linear_row(a, b, out, p);
        a += p->a_pitch;
        b += p->b_pitch;
        out += p->out_pitch;
    }
}
