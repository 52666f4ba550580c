/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Depthwise convolution over time, four channels of one row at a time: any taps, stride, dilation and clamp, and the phases of
 * a window over a nearest-upsampled signal read at its low rate (one phase otherwise).
 *
 *     acc[n] = 2 * (bias[n] + sum over t < taps of in[r * in_step + starts[f] + t * tap_step + n] * w[f][t][n])    f < phases
 *     y = (acc[n] * multiplier[n] + 2^31 >> 32) + 2^(shift-1) + zero_point * 2^shift + (acc[n] >> 31)      shift = shift[n]
 *     out[(r * phases + f) * out_step + n] = min(max(y >> shift, low), high)
 *
 * weights: per phase and four channels, per tap the doubled 16-bit weights of channels (0, 2) and (1, 3), the order in which
 * SXTB16 splits a word of inputs; a weight of an upsampled signal is a sum of int8 weights (edgeunet/kernels/README.md).
 * constants: per four channels 4 doubled biases, then per channel multiplier, rounding, shift. Double rounding as in
 * eu_quads.c; |acc| < 2^31 and |y| < 2^31 are proven per channel; shift >= 1. Where the channels are no multiple of
 * four the last four overlap those before them; there are at least four. 19 instructions per two taps of four channels. */
typedef struct {
    const int32_t *weights;
    const int32_t *constants;
    const int32_t *starts; /* bytes from a row's window to that of each phase */
    int32_t phase_words;   /* words of weights per phase */
    int32_t rows;
    int32_t phases;
    int32_t in_step;
    int32_t out_step;
    int32_t tap_step;
    int32_t taps;
    int32_t outputs;
    uint32_t low; /* four times in a word */
    uint32_t high;
} eu_depthwise_word_t;

/* What a row needs, in the order of the stack. */
typedef struct {
    int32_t quads;
    int32_t pairs; /* taps / 2 */
    int32_t odd;   /* taps % 2 */
    int32_t back;  /* bytes from behind the last tap to the next four channels of the first */
    uint32_t low;
    uint32_t high;
    const int32_t *constants;
    int32_t tap_step;
} eu_depthwise_word_row_t;

#define EU_DEPTHWISE_WORD_TAP \
    "ldmia r1!, {r4, r5}\n\tsxtb16 r6, r2\n\tsxtb16 r7, r2, ror #8\n\t" \
    "smlabb r8, r6, r4, r8\n\tsmlatt r10, r6, r4, r10\n\tsmlabb r9, r7, r5, r9\n\tsmlatt r11, r7, r5, r11\n\t"

__attribute__((naked, noinline)) static void eu_depthwise_word_row(__attribute__((unused)) const int8_t *in,
                                                                   __attribute__((unused)) const int32_t *weights,
                                                                   __attribute__((unused)) int8_t *out,
                                                                   __attribute__((unused))
                                                                   const eu_depthwise_word_row_t *p)
{
    __asm__(
        ".syntax unified\n\tpush {r4-r11, lr}\n\tldmia r3, {r4-r11}\n\tmov r12, r11\n\tmov lr, r2\n\tpush {r4-r11}\n"
        "1:\n\tldr r2, [sp, #24]\n\tldmia r2, {r8-r11}\n\tldrd r3, r2, [sp, #4]\n\tcbz r2, 2f\n\t"
        "ldr r2, [r0]\n\tadd r0, r12\n\t" EU_DEPTHWISE_WORD_TAP "2:\n\tcbz r3, 4f\n"
        "3:\n\tldr r2, [r0]\n\t" EU_DEPTHWISE_WORD_TAP
        "ldr r2, [r0, r12]\n\tadd r0, r0, r12, lsl #1\n\t" EU_DEPTHWISE_WORD_TAP "subs r3, #1\n\tbne 3b\n"
        "4:\n\tstr r1, [sp, #28]\n\tldr r1, [sp, #24]\n\tadd r1, #16\n\t" EU_QUADS_ROUND
        "str r1, [sp, #24]\n\tldr r1, [sp, #28]\n\tbfi r8, r9, #8, #8\n\tbfi r8, r10, #16, #8\n\tbfi r8, r11, #24, #8\n\t"
        "ldrd r2, r3, [sp, #16]\n\tssub8 r4, r8, r2\n\tsel r8, r8, r2\n\tssub8 r4, r3, r8\n\tsel r8, r8, r3\n\t"
        "str r8, [lr], #4\n\tldr r2, [sp]\n\tldr r3, [sp, #12]\n\tadd r0, r3\n\tsubs r2, #1\n\tstr r2, [sp]\n\tbne 1b\n\t"
        "add sp, #32\n\tpop {r4-r11, pc}");
}

static void eu_depthwise_word(const int8_t *in, int8_t *out, const eu_depthwise_word_t *p)
{
    const int32_t quads = p->outputs / 4;
    const int32_t last = p->outputs - 4;
    eu_depthwise_word_row_t row = {quads,  p->taps / 2, p->taps % 2,  4 - p->taps * p->tap_step,
                                   p->low, p->high,     p->constants, p->tap_step};
    for (int32_t r = 0; r < p->rows; r++) {
        const int32_t *weights = p->weights;
        for (int32_t f = 0; f < p->phases; f++) {
            const int8_t *const x = in + p->starts[f];
            eu_depthwise_word_row(x, weights, out, &row);
            if (4 * quads != p->outputs) {
                row.quads = 1;
                row.constants = p->constants + 16 * quads;
                eu_depthwise_word_row(x + last, weights + 2 * p->taps * quads, out + last, &row);
                row.quads = quads;
                row.constants = p->constants;
            }
            weights += p->phase_words;
            out += p->out_step;
        }
        in += p->in_step;
    }
}
