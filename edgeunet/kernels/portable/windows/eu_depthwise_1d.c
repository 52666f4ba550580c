/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Depthwise convolution over time, valid rows only; output channel n reads input channel n / repeat.
 *
 *     acc[r][n] = bias[n] + sum over t < taps of in[r * in_step + t * tap_step + n / repeat] * weights[t][n]
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * weights: (taps, outputs); bias has the input zero point folded in. The sum wraps like two's complement, as the reference's
 * does: no bound is needed. Source of the arithmetic: TFLite reference_integer_ops::DepthwiseConvPerChannel. */
typedef struct {
    const int8_t *weights;
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t rows;
    int32_t in_step;  /* bytes between the inputs of neighbouring output rows: stride * pitch */
    int32_t tap_step; /* bytes between neighbouring taps: dilation * pitch */
    int32_t taps;
    int32_t repeat; /* output channels per input channel */
    int32_t out_step;
    int32_t outputs;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_depthwise_1d_t;

static void eu_depthwise_1d(const int8_t *in, int8_t *out, const eu_depthwise_1d_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t n = 0; n < p->outputs; n++) {
            const int8_t *x = in + n / p->repeat;
            const int8_t *w = p->weights + n;
            uint32_t acc = (uint32_t)p->bias[n];
            for (int32_t t = 0; t < p->taps; t++) {
                acc += (uint32_t)(*x * *w);
                x += p->tap_step;
                w += p->outputs;
            }
            out[n] =
                eu_clamp(eu_requantize((int32_t)acc, p->multiplier[n], p->shift[n]), p->zero_point, p->low, p->high);
        }
        in += p->in_step;
        out += p->out_step;
    }
}
