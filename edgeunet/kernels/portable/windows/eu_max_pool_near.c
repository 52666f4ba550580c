/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Maximum over two or three neighbouring rows, not clamped: out[r][c] = max over t < kernel of in[r * in_step + t * pitch + c].
 *
 * Rows outside the signal hold -128. Source: TFLite reference_integer_ops::MaxPool. */
typedef struct {
    int32_t rows;
    int32_t in_step; /* stride * pitch */
    int32_t pitch;
    int32_t last; /* (kernel - 1) * pitch: of two rows, the second is read twice */
    int32_t out_step;
    int32_t channels;
} eu_max_pool_near_t;

static void eu_max_pool_near(const int8_t *in, int8_t *out, const eu_max_pool_near_t *p)
{
    const int32_t pitch = p->pitch;
    const int32_t last = p->last;
    for (int32_t r = 0; r < p->rows; r++) {
        const int8_t *x = in;
        int8_t *to = out;
        const int8_t *end = in + p->channels;
        do {
            int32_t best = x[pitch] > x[0] ? x[pitch] : x[0];
            best = x[last] > best ? x[last] : best;
            *to++ = (int8_t)best;
            x++;
        } while (x != end);
        in += p->in_step;
        out += p->out_step;
    }
}
