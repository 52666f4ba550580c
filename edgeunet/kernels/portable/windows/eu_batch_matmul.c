/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Products of pairs of matrices that are both signals (or one a constant):
 *
 *     out[n][i][j] = clamp(requantize(sum over k < depth of (a[n][i][k] - zero_point_a) * (b[n][k][j] - zero_point_b),
 *                                     multiplier, shift) + zero_point)
 *
 * Either is read by rows or by columns, as its steps say. |sum| <= 255^2 * depth, proven below 2^31 with its shift. Source: TFLite
 * reference_ops::BatchMatMul. */
typedef struct {
    int32_t batches;
    int32_t rows;
    int32_t depth;
    int32_t columns;
    int32_t a_row;  /* bytes from row to row */
    int32_t a_step; /* bytes along the depth */
    int32_t b_column;
    int32_t b_step;
    int32_t a_zero_point;
    int32_t b_zero_point;
    int32_t multiplier;
    int32_t shift;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_batch_matmul_t;

static void eu_batch_matmul(const int8_t *a, const int8_t *b, int8_t *out, const eu_batch_matmul_t *p)
{
    for (int32_t n = 0; n < p->batches; n++) {
        for (int32_t i = 0; i < p->rows; i++) {
            for (int32_t j = 0; j < p->columns; j++) {
                int32_t sum = 0;
                for (int32_t k = 0; k < p->depth; k++) {
                    const int32_t x = a[i * p->a_row + k * p->a_step] - p->a_zero_point;
                    sum += x * (b[j * p->b_column + k * p->b_step] - p->b_zero_point);
                }
                *out++ = eu_clamp(eu_requantize(sum, p->multiplier, p->shift), p->zero_point, p->low, p->high);
            }
        }
        a += p->rows * p->depth;
        b += p->depth * p->columns;
    }
}
