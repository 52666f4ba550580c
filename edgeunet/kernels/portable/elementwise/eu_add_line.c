/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Sum or difference of two int8 signals as one straight line each, which gives TFLite's result for every pair of operands: proven by
 * trying all 65,536 (edgeunet/kernels/exact/straight_add.py), as is that no partial sum leaves int32.
 *
 *     out = clamp(a * a_slope + b * b_slope + offset >> 20) within the int8 range
 *
 * out may be either operand. Source: TFLite reference_integer_ops::Add and reference_ops::Sub. */
typedef struct {
    int32_t rows;
    int32_t channels;
    int32_t a_pitch;
    int32_t b_pitch;
    int32_t out_pitch;
    int32_t a_slope;
    int32_t b_slope;
    int32_t offset;
} eu_add_line_t;

static void eu_add_line(const int8_t *a, const int8_t *b, int8_t *out, const eu_add_line_t *p)
{
    const int32_t a_slope = p->a_slope;
    const int32_t b_slope = p->b_slope;
    const int32_t offset = p->offset;
    for (int32_t r = 0; r < p->rows; r++) {
        const int8_t *x = a;
        const int8_t *y = b;
        int8_t *to = out;
        const int8_t *end = a + p->channels;
        do {
            const int32_t sum = (*x++ * a_slope + *y++ * b_slope + offset) >> 20;
            *to++ = (int8_t)(sum < -128 ? -128 : sum > 127 ? 127 : sum);
        } while (x != end);
        a += p->a_pitch;
        b += p->b_pitch;
        out += p->out_pitch;
    }
}
