/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Depthwise convolution over time with weights of four bits, valid rows only; output channel n reads input channel n / repeat.
 *
 *     acc[r][n] = bias[n] + sum over t < taps of in[r * in_step + t * tap_step + n / repeat] * w[n][t]
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * bias has the input zero point folded in. The sum wraps like two's complement, as the reference's does: no bound is needed. Source of the
 * arithmetic: TFLite reference_integer_ops::DepthwiseConvPerChannel. */
typedef struct {
    const uint8_t
        *weights; /* per channel (taps + 1) / 2 bytes: tap 2 * i in the lower four bits, tap 2 * i + 1 in the upper */
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
} eu_depthwise_four_t;

static void eu_depthwise_four(const int8_t *in, int8_t *out, const eu_depthwise_four_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        const uint8_t *w = p->weights;
        for (int32_t n = 0; n < p->outputs; n++) {
            const int8_t *x = in + n / p->repeat;
            uint32_t acc = (uint32_t)p->bias[n];
            for (int32_t t = 0; t < p->taps; t += 2, w++) {
                acc += (uint32_t)(*x * ((*w & 15) - ((*w & 8) << 1)));
                if (t + 1 < p->taps) {
                    acc += (uint32_t)(x[p->tap_step] * ((*w >> 4) - ((*w & 128) >> 3)));
                }
                x += 2 * p->tap_step;
            }
            out[n] =
                eu_clamp(eu_requantize((int32_t)acc, p->multiplier[n], p->shift[n]), p->zero_point, p->low, p->high);
        }
        in += p->in_step;
        out += p->out_step;
    }
}
