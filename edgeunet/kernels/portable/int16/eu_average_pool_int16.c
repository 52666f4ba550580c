/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Mean over time of the int16 rows that exist, rounded to nearest, halves away from zero.
 *
 * Output row r covers input rows (first + r) * stride - pad up to kernel of them; rows below begin or from end on are
 * skipped, whatever the buffer holds there. |sum| <= 32768 * kernel, kernel < 2^15. Source: TFLite
 * reference_integer_ops::AveragePool. */
typedef struct {
    int32_t rows;
    int32_t in_step; /* stride * pitch */
    int32_t pitch;
    int32_t kernel;
    int32_t out_step;
    int32_t channels;
    int32_t low; /* clamp */
    int32_t high;
    int32_t stride;
    int32_t pad;
} eu_average_pool_int16_t;

static void eu_average_pool_int16(const int8_t *in, int8_t *out, const eu_average_pool_int16_t *p, int32_t first,
                                  int32_t begin, int32_t end)
{
    for (int32_t r = 0; r < p->rows; r++) {
        int16_t *made = (int16_t *)(void *)out;
        const int32_t start = (first + r) * p->stride - p->pad;
        const int32_t from = start < begin ? begin - start : 0;
        const int32_t to = start + p->kernel > end ? end - start : p->kernel;
        const int32_t count = to > from ? to - from : 1;
        for (int32_t c = 0; c < p->channels; c++) {
            int32_t sum = 0;
            for (int32_t t = from; t < to; t++) {
                sum += ((const int16_t *)(const void *)(in + t * p->pitch))[c];
            }
            const int32_t mean = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
            made[c] = eu_clamp_int16(mean, p->low, p->high);
        }
        in += p->in_step;
        out += p->out_step;
    }
}
