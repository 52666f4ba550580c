/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Convolution over time with weights of four bits, valid rows only: two rows of two channels at a time.
 *
 *     acc[r][n] = bias[n] + sum over t < taps, c < inputs of in[r * in_step + t * tap_step + c] * w[n][t][c]
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * bias has the input zero point folded in. The sum wraps like two's complement, as the reference's does: no bound is needed. Source of the
 * arithmetic: TFLite reference_integer_ops::ConvPerChannel. */
typedef struct {
    const uint8_t *
        weights; /* (outputs / 2, taps, inputs): of channel 2 * i in the lower four bits, of channel 2 * i + 1 in the upper */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t rows;
    int32_t in_step;  /* bytes between the inputs of neighbouring output rows: stride * pitch */
    int32_t tap_step; /* bytes between neighbouring taps: dilation * pitch */
    int32_t taps;
    int32_t inputs;
    int32_t out_step;
    int32_t outputs;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_conv_four_t;

static void eu_conv_four(const int8_t *in, int8_t *out, const eu_conv_four_t *p)
{
    for (int32_t r = 0; r < p->rows; r += 2) {
        const int32_t rows = r + 1 < p->rows ? 2 : 1;
        const uint8_t *w = p->weights;
        for (int32_t n = 0; n < p->outputs; n += 2) {
            uint32_t sums[4] = {0, 0, 0, 0};
            w = eu_dot_four(in, in + (rows - 1) * p->in_step, w, p->taps, p->tap_step, p->inputs, sums);
            for (int32_t i = n; i < p->outputs && i < n + 2; i++) {
                for (int32_t k = 0; k < rows; k++) {
                    const uint32_t acc = (uint32_t)p->bias[i] + sums[2 * k + i - n];
                    out[k * p->out_step + i] = eu_clamp(eu_requantize((int32_t)acc, p->multiplier[i], p->shift[i]),
                                                        p->zero_point, p->low, p->high);
                }
            }
        }
        in += 2 * p->in_step;
        out += 2 * p->out_step;
    }
}
