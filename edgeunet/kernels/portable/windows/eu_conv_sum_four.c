/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Convolution with weights of four bits over two signals side by side that are never put side by side; the first may run at a lower rate.
 *
 *     acc = bias[n] + sum over t < taps, c < a_inputs of a[(r / repeat) * a_step + t * a_tap + c] * a_w[n][t][c]
 *                   + sum over t < taps, c < b_inputs of b[r * b_step + t * b_tap + c] * b_w[n][t][c]
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * Two channels at a time. taps is 1 where repeat is not. bias has both zero points folded in. The sum wraps like two's complement, as the
 * reference's does. Source of the arithmetic: TFLite reference_integer_ops::ConvPerChannel. */
typedef struct {
    const uint8_t *
        weights; /* per two channels those of a (taps, a_inputs), then those of b (taps, b_inputs): see eu_conv_four.c */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
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
} eu_conv_sum_four_t;

static void eu_conv_sum_four(const int8_t *a, const int8_t *b, int8_t *out, const eu_conv_sum_four_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        const uint8_t *w = p->weights;
        for (int32_t n = 0; n < p->outputs; n += 2) {
            uint32_t shared[4] = {0, 0, 0, 0};
            const uint8_t *const b_weights = eu_dot_four(a, a, w, p->taps, p->a_tap, p->a_inputs, shared);
            for (int32_t k = 0; k < p->repeat; k += 2) {
                const int8_t *const x = b + k * p->b_step;
                const int32_t rows = k + 1 < p->repeat ? 2 : 1;
                uint32_t sums[4] = {shared[0], shared[1], shared[0], shared[1]};
                w = eu_dot_four(x, x + (rows - 1) * p->b_step, b_weights, p->taps, p->b_tap, p->b_inputs, sums);
                for (int32_t i = n; i < p->outputs && i < n + 2; i++) {
                    for (int32_t j = 0; j < rows; j++) {
                        const uint32_t acc = (uint32_t)p->bias[i] + sums[2 * j + i - n];
                        out[(k + j) * p->out_step + i] = eu_clamp(
                            eu_requantize((int32_t)acc, p->multiplier[i], p->shift[i]), p->zero_point, p->low, p->high);
                    }
                }
            }
        }
        a += p->a_step;
        b += p->repeat * p->b_step;
        out += p->repeat * p->out_step;
    }
}
