/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Bilinear resize by tables: between rows y[i] and y_next[i], and columns x[j] and x_next[j], y_part and x_part of 1024 of the way.
 *
 *     s = (a * (1024 - y_part) + c * y_part) * (1024 - x_part) + (b * (1024 - y_part) + d * y_part) * x_part
 *     out = s / 2^20 rounded half away from zero
 *
 * for a, b above and c, d below. The weights are not negative and sum to 2^20, so |s| <= 2^27 and out needs no clamp. The tables come
 * from TFLite's integer formula (reference_ops::ResizeBilinearInteger), evaluated in Python. */
typedef struct {
    const uint16_t *y;
    const uint16_t *y_next;
    const uint16_t *y_part;
    const uint16_t *x;
    const uint16_t *x_next;
    const uint16_t *x_part;
    int32_t out_height;
    int32_t out_width;
    int32_t in_width;
    int32_t channels;
    int32_t in_pitch;
    int32_t out_pitch;
} eu_resize_bilinear_t;

static void eu_resize_bilinear(const int8_t *in, int8_t *out, const eu_resize_bilinear_t *p)
{
    for (int32_t i = 0; i < p->out_height; i++) {
        const int8_t *above = in + p->y[i] * p->in_width * p->in_pitch;
        const int8_t *below = in + p->y_next[i] * p->in_width * p->in_pitch;
        const int32_t v = p->y_part[i];
        for (int32_t j = 0; j < p->out_width; j++) {
            const int32_t left = p->x[j] * p->in_pitch;
            const int32_t right = p->x_next[j] * p->in_pitch;
            const int32_t u = p->x_part[j];
            for (int32_t c = 0; c < p->channels; c++) {
                const int32_t first = above[left + c] * (1024 - v) + below[left + c] * v;
                const int32_t second = above[right + c] * (1024 - v) + below[right + c] * v;
                const int32_t sum = first * (1024 - u) + second * u;
                out[c] = (int8_t)((sum + (sum > 0 ? 524288 : -524288)) / 1048576);
            }
            out += p->out_pitch;
        }
    }
}
