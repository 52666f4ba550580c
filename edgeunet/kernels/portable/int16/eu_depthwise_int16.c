/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_depthwise_int16       sum=int32
 *     eu_depthwise_int16_long  sum=int64
 */
/* Depthwise convolution over time of int16 values, valid rows only; output channel n reads input channel n / repeat.
 *
 *     sum[r][n] = bias[n] + sum over t < taps of in[r * in_step + t * tap_step][n / repeat] * weights[t][n]
 *     out[r * out_step][n] = clamp(requantize(sum, multiplier[n], right[n]))
 *
 * weights: (taps, outputs).
 * sum is int32 where bias and products of no input can leave it (the bound of the layer), else int64. Steps are bytes, rows
 * start at even addresses. Source of the arithmetic: TFLite reference_integer_ops::DepthwiseConvPerChannel of int16 activations. */
typedef struct {
    const int8_t *weights;
    const $sum_t *bias;
    const int16_t *multiplier;
    const int8_t *right;
    int32_t rows;
    int32_t in_step;  /* between the inputs of neighbouring output rows: stride * pitch */
    int32_t tap_step; /* between neighbouring taps: dilation * pitch */
    int32_t taps;
    int32_t repeat; /* output channels per input channel */
    int32_t out_step;
    int32_t outputs;
    int32_t low; /* clamp */
    int32_t high;
} $name_t;

static void $name(const int8_t *in, int8_t *out, const $name_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        int16_t *made = (int16_t *)(void *)out;
        for (int32_t n = 0; n < p->outputs; n++) {
            const int8_t *w = p->weights + n;
            $sum_t sum = p->bias[n];
            for (int32_t t = 0; t < p->taps; t++) {
                const int16_t *x = (const int16_t *)(const void *)(in + t * p->tap_step);
                sum += x[n / p->repeat] * *w;
                w += p->outputs;
            }
            made[n] = eu_clamp_int16(eu_requantize_int16(sum, p->multiplier[n], p->right[n]), p->low, p->high);
        }
        in += p->in_step;
        out += p->out_step;
    }
}
