/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Depthwise convolution over an image of int16 values, taps outside it skipped; output channel n reads input channel n / repeat.
 *
 *     sum = bias[n] + sum over the taps inside of in[y][x][n / repeat] * weights[i][j][n], in int64
 *     y = oy * stride_height - top + i * dilation_height, x likewise
 *     out[oy][ox][n] = clamp(requantize(sum, multiplier[n], right[n]))
 *
 * weights: (kernel_height, kernel_width, outputs). Source of the arithmetic: TFLite reference_integer_ops::DepthwiseConvPerChannel
 * of int16 activations. */
typedef struct {
    const int8_t *weights;
    const int64_t *bias;
    const int16_t *multiplier;
    const int8_t *right;
    int32_t in_height;
    int32_t in_width;
    int32_t in_channels;
    int32_t in_pitch; /* bytes between pixels */
    int32_t out_height;
    int32_t out_width;
    int32_t outputs;
    int32_t out_pitch;
    int32_t kernel_height;
    int32_t kernel_width;
    int32_t stride_height;
    int32_t stride_width;
    int32_t dilation_height;
    int32_t dilation_width;
    int32_t top; /* padding above */
    int32_t left;
    int32_t repeat; /* output channels per input channel */
    int32_t low;    /* clamp */
    int32_t high;
} eu_depthwise_2d_int16_t;

static void eu_depthwise_2d_int16(const int8_t *in, int8_t *out, const eu_depthwise_2d_int16_t *p)
{
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            int16_t *made = (int16_t *)(void *)out;
            for (int32_t n = 0; n < p->outputs; n++) {
                const int8_t *w = p->weights + n;
                int64_t sum = p->bias[n];
                for (int32_t i = 0; i < p->kernel_height; i++) {
                    const int32_t y = oy * p->stride_height - p->top + i * p->dilation_height;
                    for (int32_t j = 0; j < p->kernel_width; j++) {
                        const int32_t x = ox * p->stride_width - p->left + j * p->dilation_width;
                        if (y >= 0 && y < p->in_height && x >= 0 && x < p->in_width) {
                            const int16_t *pixel =
                                (const int16_t *)(const void *)(in + (y * p->in_width + x) * p->in_pitch);
                            sum += pixel[n / p->repeat] * *w;
                        }
                        w += p->outputs;
                    }
                }
                made[n] = eu_clamp_int16(eu_requantize_int16(sum, p->multiplier[n], p->right[n]), p->low, p->high);
            }
            out += p->out_pitch;
        }
    }
}
