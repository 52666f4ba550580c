/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Maximum over time of int16 values: out[r][c] = clamp(max over t < kernel of in[r * in_step + t * pitch][c]).
 *
 * Rows outside the signal hold -32768. Steps are bytes. Source: TFLite reference_integer_ops::MaxPool. */
typedef struct {
    int32_t rows;
    int32_t in_step; /* stride * pitch */
    int32_t pitch;
    int32_t kernel;
    int32_t out_step;
    int32_t channels;
    int32_t low; /* clamp */
    int32_t high;
} eu_max_pool_int16_t;

static void eu_max_pool_int16(const int8_t *in, int8_t *out, const eu_max_pool_int16_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        int16_t *made = (int16_t *)(void *)out;
        for (int32_t c = 0; c < p->channels; c++) {
            int32_t best = p->low;
            for (int32_t t = 0; t < p->kernel; t++) {
                const int16_t *x = (const int16_t *)(const void *)(in + t * p->pitch);
                best = x[c] > best ? x[c] : best;
            }
            made[c] = (int16_t)(best < p->high ? best : p->high);
        }
        in += p->in_step;
        out += p->out_step;
    }
}
