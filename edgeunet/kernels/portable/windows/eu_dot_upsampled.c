/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Convolution over a nearest-upsampled signal whose taps follow each other without gaps (dilation 1, pitch = channels), read
 * at its low rate, one phase after the other: one window is one run of bytes.
 *
 *     acc = bias[n] + sum over k < length of in[r * in_step + starts[f] + k] * weights[f][n][k]        f < phases
 *     out[(r * phases + f) * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * A weight is the sum of those that meet the same low-rate row (edgeunet/kernels/README.md), hence 16 bits. bias has the input
 * zero point folded in. |acc| < 2^31 is proven per channel when the kernel is chosen. Two outputs at a time, so that each
 * input is loaded once for both. Source of the arithmetic: TFLite reference_integer_ops::ConvPerChannel. */
typedef struct {
    const int16_t *weights; /* (phases, outputs, length) */
    const int32_t *starts;  /* bytes from a group's window to that of each phase */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t rows; /* low-rate rows: groups of phases output rows */
    int32_t phases;
    int32_t in_step;
    int32_t length;
    int32_t out_step;
    int32_t outputs;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_dot_upsampled_t;

static void eu_dot_upsampled(const int8_t *in, int8_t *out, const eu_dot_upsampled_t *p)
{
    const int32_t length = p->length;
    for (int32_t r = 0; r < p->rows; r++) {
        const int16_t *w = p->weights;
        for (int32_t f = 0; f < p->phases; f++) {
            const int8_t *const window = in + p->starts[f];
            int32_t n = 0;
            for (; n + 2 <= p->outputs; n += 2) {
                int32_t acc0 = p->bias[n];
                int32_t acc1 = p->bias[n + 1];
                for (int32_t k = 0; k < length; k++) {
                    const int32_t x = window[k];
                    acc0 += x * w[k];
                    acc1 += x * w[length + k];
                }
                out[n] = eu_clamp(eu_requantize(acc0, p->multiplier[n], p->shift[n]), p->zero_point, p->low, p->high);
                out[n + 1] = eu_clamp(eu_requantize(acc1, p->multiplier[n + 1], p->shift[n + 1]), p->zero_point, p->low,
                                      p->high);
                w += 2 * length;
            }
            if (n < p->outputs) {
                int32_t acc = p->bias[n];
                for (int32_t k = 0; k < length; k++) {
                    acc += window[k] * w[k];
                }
                out[n] = eu_clamp(eu_requantize(acc, p->multiplier[n], p->shift[n]), p->zero_point, p->low, p->high);
                w += length;
            }
            out += p->out_step;
        }
        in += p->in_step;
    }
}
