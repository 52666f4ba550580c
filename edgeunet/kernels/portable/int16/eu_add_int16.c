/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Sum or difference of two int16 signals on different scales.
 *
 *     a = requantize(in_a << left_shift, multiplier_a, shift_a); b likewise
 *     out = clamp(requantize(a + sign * b, multiplier, shift))
 *
 * left_shift is 15, so no term is over 2^30, times a factor of at most a half, and no sum over 2^30. A pitch or step of 0 repeats
 * an operand over rows or channels. out may be either operand. Source: TFLite reference_ops::Add and Sub of int16. */
typedef struct {
    int32_t rows;
    int32_t channels;
    int32_t a_pitch;
    int32_t a_step; /* values between channels: 1 or 0 */
    int32_t b_pitch;
    int32_t b_step;
    int32_t out_pitch;
    int32_t left_shift;
    int32_t sign;
    int32_t a_multiplier;
    int32_t a_shift;
    int32_t b_multiplier;
    int32_t b_shift;
    int32_t multiplier;
    int32_t shift;
    int32_t low; /* clamp */
    int32_t high;
} eu_add_int16_t;

static void eu_add_int16(const int8_t *a, const int8_t *b, int8_t *out, const eu_add_int16_t *p)
{
    const int32_t unit = (int32_t)1 << p->left_shift;
    for (int32_t r = 0; r < p->rows; r++) {
        const int16_t *first = (const int16_t *)(const void *)a, *second = (const int16_t *)(const void *)b;
        int16_t *made = (int16_t *)(void *)out;
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t x = eu_rescaled_int16(first[c * p->a_step] * unit, p->a_multiplier, p->a_shift);
            const int32_t y = eu_rescaled_int16(second[c * p->b_step] * unit, p->b_multiplier, p->b_shift);
            made[c] = eu_clamp_int16(eu_rescaled_int16(x + p->sign * y, p->multiplier, p->shift), p->low, p->high);
        }
        a += p->a_pitch;
        b += p->b_pitch;
        out += p->out_pitch;
    }
}
