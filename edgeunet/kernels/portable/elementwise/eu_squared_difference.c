/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Squared difference of two int8 signals on different scales.
 *
 *     a = requantize((in_a - zero_point_a) << left_shift, multiplier_a, shift_a); b likewise
 *     out = clamp(requantize((a - b)^2, multiplier, shift) + zero_point)
 *
 * left_shift is 7 and both factors are at most 1/2, so |a - b| <= 255 * 128 and the square is below 2^30. A pitch or step of 0
 * repeats an operand. out may be either operand. Source: TFLM squared_difference.cc. */
typedef struct {
    int32_t rows;
    int32_t channels;
    int32_t a_pitch;
    int32_t a_step; /* bytes between channels: 1 or 0 */
    int32_t b_pitch;
    int32_t b_step;
    int32_t out_pitch;
    int32_t left_shift;
    int32_t a_zero_point;
    int32_t a_multiplier;
    int32_t a_shift;
    int32_t b_zero_point;
    int32_t b_multiplier;
    int32_t b_shift;
    int32_t multiplier;
    int32_t shift;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_squared_difference_t;

static void eu_squared_difference(const int8_t *a, const int8_t *b, int8_t *out, const eu_squared_difference_t *p)
{
    const int32_t unit = (int32_t)1 << p->left_shift;
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t x = (a[c * p->a_step] - p->a_zero_point) * unit;
            const int32_t y = (b[c * p->b_step] - p->b_zero_point) * unit;
            const int32_t d =
                eu_requantize(x, p->a_multiplier, p->a_shift) - eu_requantize(y, p->b_multiplier, p->b_shift);
            out[c] = eu_clamp(eu_requantize(d * d, p->multiplier, p->shift), p->zero_point, p->low, p->high);
        }
        a += p->a_pitch;
        b += p->b_pitch;
        out += p->out_pitch;
    }
}
