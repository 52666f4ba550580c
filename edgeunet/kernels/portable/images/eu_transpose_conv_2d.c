/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Transposed convolution over an image: every output gathers the inputs whose taps reach it.
 *
 *     acc = bias[n] + sum over taps i, j with oy + top - i = y * stride_height, ox + left - j = x * stride_width, (y, x) inside,
 *           and c < in_channels, of (in[y][x][c] - in_zero_point) * weights[n][i][j][c]
 *     out[oy][ox][n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * weights: (outputs, kernel_height, kernel_width, in_channels). The sum wraps like two's complement, as the reference's
 * does. Source of the arithmetic: TFLite reference_integer_ops::TransposeConv. */
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
    int32_t top; /* padding above */
    int32_t left;
    int32_t in_zero_point;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_transpose_conv_2d_t;

static void eu_transpose_conv_2d(const int8_t *in, int8_t *out, const eu_transpose_conv_2d_t *p)
{
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            const int8_t *w = p->weights;
            for (int32_t n = 0; n < p->outputs; n++) {
                uint32_t acc = (uint32_t)p->bias[n];
                for (int32_t i = 0; i < p->kernel_height; i++) {
                    const int32_t y = oy + p->top - i;
                    for (int32_t j = 0; j < p->kernel_width; j++) {
                        const int32_t x = ox + p->left - j;
                        if (y >= 0 && y % p->stride_height == 0 && y / p->stride_height < p->in_height && x >= 0 &&
                            x % p->stride_width == 0 && x / p->stride_width < p->in_width) {
                            const int8_t *pixel =
                                in + (y / p->stride_height * p->in_width + x / p->stride_width) * p->in_pitch;
                            for (int32_t c = 0; c < p->in_channels; c++) {
                                acc += (uint32_t)((pixel[c] - p->in_zero_point) * w[c]);
                            }
                        }
                        w += p->in_channels;
                    }
                }
                out[n] = eu_clamp(eu_requantize((int32_t)acc, p->multiplier[n], p->shift[n]), p->zero_point, p->low,
                                  p->high);
            }
            out += p->out_pitch;
        }
    }
}
