/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Rows of dot products: a 1x1 convolution, a fully connected layer, or a convolution whose taps follow each other
 * without gaps (dilation 1, pitch = channels), where one window is one run of bytes.
 *
 *     acc[r][n] = bias[n] + sum over k < length of in[r * in_step + k] * weights[n][k]
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * bias has the input zero point folded in. |acc| < 2^31 is proven per channel when the kernel is chosen. Two outputs at a
 * time, so that each input is loaded once for both. Source of the arithmetic: TFLite
 * reference_integer_ops::ConvPerChannel and FullyConnected. */
typedef struct {
    const int8_t *weights; /* (outputs, length) */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t rows;
    int32_t in_step; /* bytes between the windows of neighbouring output rows */
    int32_t length;
    int32_t out_step;
    int32_t outputs;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_dot_rows_t;

static void eu_dot_rows(const int8_t *in, int8_t *out, const eu_dot_rows_t *p)
{
    const int32_t length = p->length;
    for (int32_t r = 0; r < p->rows; r++) {
        const int8_t *w = p->weights;
        int32_t n = 0;
        for (; n + 2 <= p->outputs; n += 2) {
            int32_t acc0 = p->bias[n];
            int32_t acc1 = p->bias[n + 1];
            for (int32_t k = 0; k < length; k++) {
                const int32_t x = in[k];
                acc0 += x * w[k];
                acc1 += x * w[length + k];
            }
            out[n] = eu_clamp(eu_requantize(acc0, p->multiplier[n], p->shift[n]), p->zero_point, p->low, p->high);
            out[n + 1] =
                eu_clamp(eu_requantize(acc1, p->multiplier[n + 1], p->shift[n + 1]), p->zero_point, p->low, p->high);
            w += 2 * length;
        }
        if (n < p->outputs) {
            int32_t acc = p->bias[n];
            for (int32_t k = 0; k < length; k++) {
                acc += in[k] * w[k];
            }
            out[n] = eu_clamp(eu_requantize(acc, p->multiplier[n], p->shift[n]), p->zero_point, p->low, p->high);
        }
        in += p->in_step;
        out += p->out_step;
    }
}
