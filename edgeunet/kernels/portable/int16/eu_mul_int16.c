/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Product of two int16 signals: out = clamp(requantize(a * b, multiplier, shift)).
 *
 * The product is at most 2^30, and shift at most 0. A pitch or step of 0 repeats an operand over rows or channels. out may be
 * either operand. Source: TFLite reference_integer_ops::Mul of int16. */
typedef struct {
    int32_t rows;
    int32_t channels;
    int32_t a_pitch;
    int32_t a_step; /* values between channels: 1 or 0 */
    int32_t b_pitch;
    int32_t b_step;
    int32_t out_pitch;
    int32_t multiplier;
    int32_t shift;
    int32_t low; /* clamp */
    int32_t high;
} eu_mul_int16_t;

static void eu_mul_int16(const int8_t *a, const int8_t *b, int8_t *out, const eu_mul_int16_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        const int16_t *first = (const int16_t *)(const void *)a, *second = (const int16_t *)(const void *)b;
        int16_t *made = (int16_t *)(void *)out;
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t product = first[c * p->a_step] * second[c * p->b_step];
            made[c] = eu_clamp_int16(eu_rescaled_int16(product, p->multiplier, p->shift), p->low, p->high);
        }
        a += p->a_pitch;
        b += p->b_pitch;
        out += p->out_pitch;
    }
}
