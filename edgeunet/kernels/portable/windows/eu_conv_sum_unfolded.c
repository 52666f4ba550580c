/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Convolution over two signals side by side that are never put side by side; the first may run at a lower rate. Subtracts
 * the input zero point, the same for both, itself (edgeunet/kernels/README.md).
 *
 *     acc = bias[n] + sum over t < taps, c < a_inputs of (a[(r / repeat) * a_step + t * a_tap + c] - zero) * a_weights[n][t][c]
 *                   + sum over t < taps, c < b_inputs of (b[r * b_step + t * b_tap + c] - zero) * b_weights[n][t][c]
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * This is the convolution over concat(upsample(a), b): int32 sums may be made in any order, and a row of a that is repeated
 * is summed once. taps is 1 where repeat is not. zero is in_zero_point. The sum wraps like two's complement,
 * as the reference's does. Source of the arithmetic: TFLite reference_integer_ops::ConvPerChannel. */
typedef struct {
    const int8_t *a_weights; /* (outputs, taps, a_inputs) */
    const int8_t *b_weights; /* (outputs, taps, b_inputs) */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t in_zero_point;
    int32_t rows; /* rows of a used: output rows / repeat */
    int32_t repeat;
    int32_t taps;
    int32_t a_step;
    int32_t a_tap;
    int32_t a_inputs;
    int32_t b_step;
    int32_t b_tap;
    int32_t b_inputs;
    int32_t out_step;
    int32_t outputs;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_conv_sum_unfolded_t;

static uint32_t eu_conv_part_unfolded(const int8_t *in, const int8_t *w, int32_t zero, int32_t taps, int32_t tap_step,
                                      int32_t inputs)
{
    uint32_t acc = 0;
    for (int32_t t = 0; t < taps; t++) {
        for (int32_t c = 0; c < inputs; c++) {
            acc += (uint32_t)((in[c] - zero) * w[c]);
        }
        in += tap_step;
        w += inputs;
    }
    return acc;
}

static void eu_conv_sum_unfolded(const int8_t *a, const int8_t *b, int8_t *out, const eu_conv_sum_unfolded_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t n = 0; n < p->outputs; n++) {
            const int8_t *a_weights = p->a_weights + n * p->taps * p->a_inputs;
            const int8_t *b_weights = p->b_weights + n * p->taps * p->b_inputs;
            const int32_t zero = p->in_zero_point;
            const uint32_t shared =
                (uint32_t)p->bias[n] + eu_conv_part_unfolded(a, a_weights, zero, p->taps, p->a_tap, p->a_inputs);
            for (int32_t i = 0; i < p->repeat; i++) {
                const uint32_t acc =
                    shared + eu_conv_part_unfolded(b + i * p->b_step, b_weights, zero, p->taps, p->b_tap, p->b_inputs);
                out[i * p->out_step + n] = eu_clamp(eu_requantize((int32_t)acc, p->multiplier[n], p->shift[n]),
                                                    p->zero_point, p->low, p->high);
            }
        }
        a += p->a_step;
        b += p->repeat * p->b_step;
        out += p->repeat * p->out_step;
    }
}
