/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Convolution over time of int16 values: two rows and two channels together, two inputs per multiply.
 *
 *     sum[r][n] = bias[n] + sum over t < runs, c < length of in[r * in_step + t * run_step][c] * weights[n][t][c]
 *     out[r * out_step][n] = clamp((sum * multiplier[n] + 2^(15 + shift[n])) >> (16 + shift[n]))
 *
 * The stream has per two channels: both biases; per run words of two inputs by bytes (channel n, n + 1, n, n + 1), zeros where
 * there is none; multipliers in halves; shifts in bytes. SXTB16 makes a pair of weights of each channel of a word. Scaled by
 * SMLAW, which cuts 16 bits that cannot carry: shift >= 1, so that half a step is 2^(shift - 1) beyond them.
 *
 * Words are loaded and stored at even addresses; steps are bytes. |sum| < 2^31 for every channel, 1 <= shift <= 30. A last row
 * without partner is done as both. Source of the arithmetic: TFLite reference_integer_ops::ConvPerChannel of int16 activations. */
typedef struct {
    const int32_t *stream;
    int32_t rows;
    int32_t in_step;
    int32_t gap; /* from the end of a run to the next */
    int32_t runs;
    int32_t length; /* inputs of a run */
    int32_t pair;   /* words of the stream for two channels */
    int32_t out_step;
    int32_t outputs;
    int32_t low; /* clamp, in both halves */
    int32_t high;
} eu_duos_conv_t;

typedef struct {
    const int8_t *upper; /* the two rows */
    const int8_t *lower;
    const int32_t *stream;
    int32_t runs;
    int32_t blocks; /* of four inputs, in a run */
    int32_t rest;   /* inputs of a run after them */
    int32_t gap;
    int32_t low;
    int32_t high;
    int8_t *upper_out;
    int8_t *lower_out;
    int32_t pairs; /* of channels */
} eu_duos_conv_rows_t;
/* clang-format off */
/* Two inputs x of the upper row and y of the lower, whose weights are in r12. */
#define EU_DUOS_CONV_TWO(x, y) \
    "sxtb16 lr, r12\n\tsxtb16 r12, r12, ror #8\n\tsmlad r4, " x ", lr, r4\n\tsmlad r6, " y ", lr, r6\n\t" \
    "smlad r5, " x ", r12, r5\n\tsmlad r7, " y ", r12, r7\n\t"

#define EU_DUOS_CONV_FOUR \
    "ldr r8, [r0], #4\n\tldr r9, [r0], #4\n\tldr r10, [r2], #4\n\tldr r11, [r2], #4\n\tldr r12, [r1], #4\n\t" \
    EU_DUOS_CONV_TWO("r8", "r10") "ldr r12, [r1], #4\n\t" EU_DUOS_CONV_TWO("r9", "r11")

/* All pairs of channels of two rows: inputs r0 and r2, stream r1, blocks left r3, sums r4-r7 (upper row r4, r5). On the stack
 * runs left, the frame's address. A run is entered between the two blocks of the loop where blocks are odd. */
__attribute__((naked, noinline)) static void eu_duos_conv_loop(__attribute__((unused)) eu_duos_conv_rows_t *frame)
{
    __asm__(".syntax unified\n\tpush {r0, r4-r11, lr}\n\tsub sp, #8\n\tldr r1, [r0, #8]\n"
            "1:\n\tldr lr, [sp, #8]\n\tldrd r0, r2, [lr]\n\tldr r12, [lr, #12]\n\tstr r12, [sp]\n\t"
            "ldmia r1!, {r4, r5}\n\tmov r6, r4\n\tmov r7, r5\n"
            "2:\n\tldr lr, [sp, #8]\n\tldr r3, [lr, #16]\n\tadds r3, #1\n\tlsrs r3, r3, #1\n\tbeq 5f\n\tbcc 4f\n"
            "3:\n\t" EU_DUOS_CONV_FOUR "4:\n\t" EU_DUOS_CONV_FOUR "subs r3, #1\n\tbne 3b\n"
            "5:\n\tldr lr, [sp, #8]\n\tldr r3, [lr, #20]\n\ttst r3, #2\n\tbeq 6f\n\t"
            "ldr r8, [r0], #4\n\tldr r10, [r2], #4\n\tldr r12, [r1], #4\n\t" EU_DUOS_CONV_TWO("r8", "r10")
            "6:\n\ttst r3, #1\n\tbeq 7f\n\tldrh r8, [r0], #2\n\tldrh r10, [r2], #2\n\tldr r12, [r1], #4\n\t"
            EU_DUOS_CONV_TWO("r8", "r10")
            "7:\n\tldr r12, [sp]\n\tsubs r12, #1\n\tbeq 8f\n\tstr r12, [sp]\n\tldr lr, [sp, #8]\n\tldr r3, [lr, #24]\n\t"
            "add r0, r3\n\tadd r2, r3\n\tb 2b\n"
            "8:\n\tldmia r1!, {r8, r9}\n\tlsr r10, r9, #8\n\tuxtb r9, r9\n\tmov lr, #1\n\tlsl r11, lr, r9\n\t"
            "lsl r12, lr, r10\n\tlsr r11, #1\n\tlsr r12, #1\n\t"
            "smlawb r4, r4, r8, r11\n\tsmlawb r6, r6, r8, r11\n\tsmlawt r5, r5, r8, r12\n\tsmlawt r7, r7, r8, r12\n\t"
            "asr r4, r9\n\tasr r6, r9\n\tasr r5, r10\n\tasr r7, r10\n\t"
            "ssat r4, #16, r4\n\tssat r5, #16, r5\n\tssat r6, #16, r6\n\tssat r7, #16, r7\n\t"
            "pkhbt r4, r4, r5, lsl #16\n\tpkhbt r6, r6, r7, lsl #16\n\tldr lr, [sp, #8]\n\tldrd r8, r9, [lr, #28]\n\t"
            "ssub16 r5, r4, r8\n\tsel r4, r4, r8\n\tssub16 r5, r9, r4\n\tsel r4, r4, r9\n\t"
            "ssub16 r5, r6, r8\n\tsel r6, r6, r8\n\tssub16 r5, r9, r6\n\tsel r6, r6, r9\n\t"
            "ldrd r8, r9, [lr, #36]\n\tstr r4, [r8], #4\n\tstr r6, [r9], #4\n\tstrd r8, r9, [lr, #36]\n\t"
            "ldr r12, [lr, #44]\n\tsubs r12, #1\n\tstr r12, [lr, #44]\n\tbne 1b\n\tadd sp, #8\n\tpop {r0, r4-r11, pc}");
}
/* clang-format on */

/* Two rows, or one as both; of an odd channel, which stands last, only the lower half is kept. */
static void eu_duos_conv_rows(const int8_t *in, int8_t *out, const eu_duos_conv_t *p, int32_t in_step, int32_t out_step)
{
    const int32_t pairs = p->outputs / 2;
    eu_duos_conv_rows_t frame = {in,     in + in_step, p->stream, p->runs, p->length / 4,  p->length % 4,
                                 p->gap, p->low,       p->high,   out,     out + out_step, pairs};
    if (pairs > 0) {
        eu_duos_conv_loop(&frame);
    }
    if (p->outputs % 2 != 0) {
        uint32_t last[2];
        frame.stream = p->stream + pairs * p->pair;
        frame.upper_out = (int8_t *)&last[0];
        frame.lower_out = (int8_t *)&last[1];
        frame.pairs = 1;
        eu_duos_conv_loop(&frame);
        ((int16_t *)(void *)out)[2 * pairs] = (int16_t)(uint16_t)(last[0] & 0xFFFFU);
        ((int16_t *)(void *)(out + out_step))[2 * pairs] = (int16_t)(uint16_t)(last[1] & 0xFFFFU);
    }
}

static void eu_duos_conv(const int8_t *in, int8_t *out, const eu_duos_conv_t *p)
{
    int32_t rows = p->rows;
    for (; rows > 1; rows -= 2) {
        eu_duos_conv_rows(in, out, p, p->in_step, p->out_step);
        in += 2 * p->in_step;
        out += 2 * p->out_step;
    }
    if (rows > 0) {
        eu_duos_conv_rows(in, out, p, 0, 0);
    }
}
