/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_duos_depthwise_3  taps=3
 *     eu_duos_depthwise_5  taps=5
 */
/* Depthwise convolution over time of int16 values: two channels of a row together, their weights in registers.
 *
 *     sum[r][n] = bias[n] + sum over t < $taps of in[r * in_step + t * tap_step][n] * weights[t][n]
 *     out[r * out_step][n] = clamp((sum * multiplier[n] + 2^(15 + shift[n])) >> (16 + shift[n]))
 *
 * The stream has per two channels: weights in halves, tap by tap; multipliers in halves; both biases, half steps (2^(shift - 1))
 * and shifts. channels is even; words are loaded and stored at even addresses; steps are bytes. |sum| < 2^31 for every channel,
 * 1 <= shift <= 30; scaled as in eu_duos_conv.c. Source of the arithmetic: TFLite reference_integer_ops::DepthwiseConvPerChannel
 * of int16 activations. */
typedef struct {
    const int32_t *stream;
    int32_t rows;
    int32_t in_step;
    int32_t tap_step;
    int32_t out_step;
    int32_t channels;
    int32_t low; /* clamp, in both halves */
    int32_t high;
    int32_t block; /* rows that are done before any input of a later row is written over */
} $name_t;

typedef struct {
    const int8_t *in;
    int8_t *out;
    int32_t rows;
    int32_t tap_step;
    const int32_t *stream;
    int32_t in_step;
    int32_t out_step;
    int32_t low;
    int32_t high;
} $name_rows_t;

/* clang-format off */
/* Input r0, output r1, rows left r2, step to the next tap r3. On the stack biases, half steps, shifts, in_step, out_step, low, high. */
__attribute__((naked, noinline)) static void $name_loop(__attribute__((unused)) const $name_rows_t *frame)
{
    __asm__(".syntax unified\n\tpush {r4-r11, lr}\n\tsub sp, #40\n\tldr r12, [r0, #16]\n\tldrd r4, r5, [r0, #20]\n\t"
            "strd r4, r5, [sp, #24]\n\tldrd r4, r5, [r0, #28]\n\tstrd r4, r5, [sp, #32]\n\tldmia r0, {r0-r3}\n\t"
            EU_DUOS_WEIGHTS_$taps
            "ldmia r12!, {r10, r11}\n\tstrd r10, r11, [sp]\n\tldmia r12!, {r10, r11}\n\tstrd r10, r11, [sp, #8]\n\t"
            "ldmia r12!, {r10, r11}\n\tstrd r10, r11, [sp, #16]\n"
            "1:\n\tldrd r10, r11, [sp]\n\tldr r12, [r0]\n\tldr lr, [r0, r3]\n\t"
            "smlabb r10, r12, r4, r10\n\tsmlatt r11, r12, r4, r11\n\tsmlabb r10, lr, r5, r10\n\tsmlatt r11, lr, r5, r11\n\t"
            EU_DUOS_TAPS_$taps
            "ldrd r12, lr, [sp, #8]\n\tsmlawb r10, r10, r9, r12\n\tsmlawt r11, r11, r9, lr\n\t"
            "ldrd r12, lr, [sp, #16]\n\tasr r10, r12\n\tasr r11, lr\n\tssat r10, #16, r10\n\tssat r11, #16, r11\n\t"
            "pkhbt r10, r10, r11, lsl #16\n\tldrd r12, lr, [sp, #32]\n\t"
            "ssub16 r11, r10, r12\n\tsel r10, r10, r12\n\tssub16 r11, lr, r10\n\tsel r10, r10, lr\n\tstr r10, [r1]\n\t"
            "ldrd r12, lr, [sp, #24]\n\tadd r0, r12\n\tadd r1, lr\n\tsubs r2, #1\n\tbne 1b\n\t"
            "add sp, #40\n\tpop {r4-r11, pc}");
}
/* clang-format on */

static void $name(const int8_t *in, int8_t *out, const $name_t *p)
{
    for (int32_t done = 0; done < p->rows; done += p->block) {
        const int32_t rows = p->rows - done < p->block ? p->rows - done : p->block;
        $name_rows_t frame = {in, out, rows, p->tap_step, p->stream, p->in_step, p->out_step, p->low, p->high};
        for (int32_t n = 0; n < p->channels; n += 2) {
            $name_loop(&frame);
            frame.in += 4;
            frame.out += 4;
            frame.stream += $taps + 7;
        }
        in += p->block * p->in_step;
        out += p->block * p->out_step;
    }
}
