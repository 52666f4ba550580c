/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Convolution over two signals side by side, the first nearest-upsampled and read at its low rate, one phase after the other.
 *
 *     acc = bias[n] + sum over t < a_taps, c < a_inputs of
 *                     a[r * a_step + starts[f] + t * a_tap + c] * a_weights[f][n][t][c]                f < phases
 *                   + sum over t < b_taps, c < b_inputs of
 *                     b[(r * phases + f) * b_step + t * b_tap + c] * b_weights[n][t][c]
 *     out[(r * phases + f) * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * An a weight is the sum of those that meet the same low-rate row (edgeunet/kernels/README.md), hence 16 bits; a product is
 * below 2^22. bias has both zero points folded in. The sum wraps like two's complement, as the reference's does: no bound is
 * needed. Source of the arithmetic: TFLite reference_integer_ops::ConvPerChannel. */
typedef struct {
    const int16_t *a_weights; /* (phases, outputs, a_taps, a_inputs) */
    const int8_t *b_weights;  /* (outputs, b_taps, b_inputs) */
    const int32_t *starts;    /* bytes from a group's window over a to that of each phase */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t rows; /* low-rate rows: groups of phases output rows */
    int32_t phases;
    int32_t a_step;
    int32_t a_tap; /* bytes between neighbouring taps */
    int32_t a_taps;
    int32_t a_inputs;
    int32_t b_step;
    int32_t b_tap;
    int32_t b_taps;
    int32_t b_inputs;
    int32_t out_step;
    int32_t outputs;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_conv_sum_upsampled_t;

static void eu_conv_sum_upsampled(const int8_t *a, const int8_t *b, int8_t *out, const eu_conv_sum_upsampled_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        const int16_t *v = p->a_weights;
        for (int32_t f = 0; f < p->phases; f++) {
            const int8_t *w = p->b_weights;
            for (int32_t n = 0; n < p->outputs; n++) {
                const int8_t *x = a + p->starts[f];
                uint32_t acc = (uint32_t)p->bias[n];
                for (int32_t t = 0; t < p->a_taps; t++) {
                    for (int32_t c = 0; c < p->a_inputs; c++) {
                        acc += (uint32_t)(x[c] * v[c]);
                    }
                    x += p->a_tap;
                    v += p->a_inputs;
                }
                for (int32_t t = 0; t < p->b_taps; t++) {
                    x = b + t * p->b_tap;
                    for (int32_t c = 0; c < p->b_inputs; c++) {
                        acc += (uint32_t)(x[c] * w[c]);
                    }
                    w += p->b_inputs;
                }
                out[n] = eu_clamp(eu_requantize((int32_t)acc, p->multiplier[n], p->shift[n]), p->zero_point, p->low,
                                  p->high);
            }
            b += p->b_step;
            out += p->out_step;
        }
        a += p->a_step;
    }
}
