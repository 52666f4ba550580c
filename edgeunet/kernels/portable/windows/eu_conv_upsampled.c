/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Convolution over a nearest-upsampled signal, read at its low rate, one phase after the other; valid rows only.
 *
 *     acc = bias[n] + sum over t < taps, c < inputs of
 *           in[r * in_step + starts[f] + t * tap_step + c] * weights[f][n][t][c]                       f < phases
 *     out[(r * phases + f) * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * A weight is the sum of those that meet the same low-rate row (edgeunet/kernels/README.md), hence 16 bits; a product is below
 * 2^22. bias has the input zero point folded in. The sum wraps like two's complement, as the reference's does: no bound is
 * needed. Source of the arithmetic: TFLite reference_integer_ops::ConvPerChannel. */
typedef struct {
    const int16_t *weights; /* (phases, outputs, taps, inputs) */
    const int32_t *starts;  /* bytes from a group's window to that of each phase */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t rows; /* low-rate rows: groups of phases output rows */
    int32_t phases;
    int32_t in_step;
    int32_t tap_step; /* bytes between neighbouring taps */
    int32_t taps;
    int32_t inputs;
    int32_t out_step;
    int32_t outputs;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_conv_upsampled_t;

static void eu_conv_upsampled(const int8_t *in, int8_t *out, const eu_conv_upsampled_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        const int16_t *w = p->weights;
        for (int32_t f = 0; f < p->phases; f++) {
            for (int32_t n = 0; n < p->outputs; n++) {
                const int8_t *x = in + p->starts[f];
                uint32_t acc = (uint32_t)p->bias[n];
                for (int32_t t = 0; t < p->taps; t++) {
                    for (int32_t c = 0; c < p->inputs; c++) {
                        acc += (uint32_t)(x[c] * w[c]);
                    }
                    x += p->tap_step;
                    w += p->inputs;
                }
                out[n] = eu_clamp(eu_requantize((int32_t)acc, p->multiplier[n], p->shift[n]), p->zero_point, p->low,
                                  p->high);
            }
            out += p->out_step;
        }
        in += p->in_step;
    }
}
