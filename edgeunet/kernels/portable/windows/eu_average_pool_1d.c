/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Mean over time of the rows that exist, rounded to nearest, halves away from zero.
 *
 * Output row r covers input rows (first + r) * stride - pad up to kernel of them; rows below begin or from end on are
 * skipped, whatever the buffer holds there. |sum| <= 128 * kernel. Source: TFLite reference_integer_ops::AveragePool. */
typedef struct {
    int32_t rows;
    int32_t in_step; /* stride * pitch */
    int32_t pitch;
    int32_t kernel;
    int32_t stride;
    int32_t pad;
    int32_t out_step;
    int32_t channels;
    int32_t low; /* clamp */
    int32_t high;
} eu_average_pool_1d_t;

static void eu_average_pool_1d(const int8_t *in, int8_t *out, const eu_average_pool_1d_t *p, int32_t first,
                               int32_t begin, int32_t end)
{
    for (int32_t r = 0; r < p->rows; r++) {
        const int32_t start = (first + r) * p->stride - p->pad;
        const int32_t from = start < begin ? begin - start : 0;
        const int32_t to = start + p->kernel > end ? end - start : p->kernel;
        const int32_t count = to > from ? to - from : 1;
        for (int32_t c = 0; c < p->channels; c++) {
            int32_t sum = 0;
            for (int32_t t = from; t < to; t++) {
                sum += in[t * p->pitch + c];
            }
            const int32_t mean = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
            out[c] = (int8_t)(mean < p->low ? p->low : mean > p->high ? p->high : mean);
        }
        in += p->in_step;
        out += p->out_step;
    }
}
