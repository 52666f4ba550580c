/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Mean over the part of each window of int16 values that is inside the image, per channel, rounded to nearest, halves away from
 * zero, clamped to [low, high]. A window has fewer than 2^16 pixels. Source: TFLite reference_integer_ops::AveragePool. */
typedef struct {
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
    int32_t low; /* clamp */
    int32_t high;
} eu_average_pool_2d_int16_t;

static void eu_average_pool_2d_int16(const int8_t *in, int8_t *out, const eu_average_pool_2d_int16_t *p)
{
    for (int32_t oy = 0; oy < p->out_height; oy++) {
        const int32_t y = oy * p->stride_height - p->top;
        const int32_t y_from = y < 0 ? 0 : y;
        const int32_t y_to = y + p->kernel_height > p->in_height ? p->in_height : y + p->kernel_height;
        for (int32_t ox = 0; ox < p->out_width; ox++) {
            int16_t *made = (int16_t *)(void *)out;
            const int32_t x = ox * p->stride_width - p->left;
            const int32_t x_from = x < 0 ? 0 : x;
            const int32_t x_to = x + p->kernel_width > p->in_width ? p->in_width : x + p->kernel_width;
            const int32_t area = (y_to - y_from) * (x_to - x_from);
            const int32_t count = area > 0 ? area : 1;
            for (int32_t c = 0; c < p->outputs; c++) {
                int32_t sum = 0;
                for (int32_t i = y_from; i < y_to; i++) {
                    for (int32_t j = x_from; j < x_to; j++) {
                        const int8_t *pixel = in + (i * p->in_width + j) * p->in_pitch;
                        sum += ((const int16_t *)(const void *)pixel)[c];
                    }
                }
                const int32_t mean = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
                made[c] = eu_clamp_int16(mean, p->low, p->high);
            }
            out += p->out_pitch;
        }
    }
}
