/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Convolution over an image, taps outside it skipped; any stride, dilation, padding and number of groups.
 *
 *     acc = bias[n] + sum over the taps inside and c < inputs of (in[y][x][g * inputs + c] - in_zero_point) * weights[n][i][j][c]
 *     y = oy * stride_height - top + i * dilation_height, x likewise; g = n / (outputs / groups), groups = in_channels / inputs
 *     out[oy][ox][n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * weights: (outputs, kernel_height, kernel_width, inputs). The sum wraps like two's complement, as the reference's does.
 * Source of the arithmetic: TFLite reference_integer_ops::ConvPerChannel. */
typedef struct {
    const int8_t *weights;
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
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
    int32_t inputs; /* per group */
    int32_t group_outputs;
    int32_t in_zero_point;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_conv_2d_t;

static void eu_conv_2d(const int8_t *in, int8_t *out, const eu_conv_2d_t *p)
{
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            const int8_t *w = p->weights;
            for (int32_t n = 0; n < p->outputs; n++) {
                const int8_t *group = in + n / p->group_outputs * p->inputs;
                uint32_t acc = (uint32_t)p->bias[n];
                for (int32_t i = 0; i < p->kernel_height; i++) {
                    const int32_t y = oy * p->stride_height - p->top + i * p->dilation_height;
                    for (int32_t j = 0; j < p->kernel_width; j++) {
                        const int32_t x = ox * p->stride_width - p->left + j * p->dilation_width;
                        if (y >= 0 && y < p->in_height && x >= 0 && x < p->in_width) {
                            const int8_t *pixel = group + (y * p->in_width + x) * p->in_pitch;
                            for (int32_t c = 0; c < p->inputs; c++) {
                                acc += (uint32_t)((pixel[c] - p->in_zero_point) * w[c]);
                            }
                        }
                        w += p->inputs;
                    }
                }
                out[n] = eu_clamp(eu_requantize((int32_t)acc, p->multiplier[n], p->shift[n]), p->zero_point, p->low,
                                  p->high);
            }
            out += p->out_pitch;
        }
    }
}
