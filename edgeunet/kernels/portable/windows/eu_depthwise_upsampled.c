/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Depthwise convolution over a nearest-upsampled signal, read at its low rate, one phase after the other; output channel n
 * reads input channel n / repeat.
 *
 *     acc = bias[n] + sum over t < taps of in[r * in_step + starts[f] + t * tap_step + n / repeat] * weights[f][t][n]
 *     out[(r * phases + f) * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)      f < phases
 *
 * A weight is the sum of those that meet the same low-rate row (edgeunet/kernels/README.md), hence 16 bits; a product is below
 * 2^22. bias has the input zero point folded in. The sum wraps like two's complement, as the reference's does: no bound is
 * needed. Source of the arithmetic: TFLite reference_integer_ops::DepthwiseConvPerChannel. */
typedef struct {
    const int16_t *weights; /* (phases, taps, outputs) */
    const int32_t *starts;  /* bytes from a group's window to that of each phase */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t rows; /* low-rate rows: groups of phases output rows */
    int32_t phases;
    int32_t in_step;
    int32_t tap_step; /* bytes between neighbouring taps */
    int32_t taps;
    int32_t repeat; /* output channels per input channel */
    int32_t out_step;
    int32_t outputs;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_depthwise_upsampled_t;

static void eu_depthwise_upsampled(const int8_t *in, int8_t *out, const eu_depthwise_upsampled_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        const int16_t *phase = p->weights;
        for (int32_t f = 0; f < p->phases; f++) {
            for (int32_t n = 0; n < p->outputs; n++) {
                const int8_t *x = in + p->starts[f] + n / p->repeat;
                const int16_t *w = phase + n;
                uint32_t acc = (uint32_t)p->bias[n];
                for (int32_t t = 0; t < p->taps; t++) {
                    acc += (uint32_t)(*x * *w);
                    x += p->tap_step;
                    w += p->outputs;
                }
                out[n] = eu_clamp(eu_requantize((int32_t)acc, p->multiplier[n], p->shift[n]), p->zero_point, p->low,
                                  p->high);
            }
            out += p->out_step;
            phase += p->taps * p->outputs;
        }
        in += p->in_step;
    }
}
