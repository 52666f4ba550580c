/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* A slope of its own below zero for each channel (or value):
 *
 *     x = a - zero_point_a
 *     out = clamp((x >= 0 ? requantize(x, multiplier, shift) : requantize(x * (b - zero_point_b), below_multiplier, below_shift))
 *                 + zero_point)
 *
 * The product is at most 255^2. A pitch or step of 0 repeats an operand over rows or channels. out may be either operand.
 * Source: TFLite reference_ops::BroadcastPrelu4DSlow. */
typedef struct {
    int32_t rows;
    int32_t channels;
    int32_t a_pitch;
    int32_t a_step; /* bytes between channels: 1 or 0 */
    int32_t b_pitch;
    int32_t b_step;
    int32_t out_pitch;
    int32_t a_zero_point;
    int32_t b_zero_point;
    int32_t multiplier;
    int32_t shift;
    int32_t below_multiplier;
    int32_t below_shift;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_prelu_t;

static void eu_prelu(const int8_t *a, const int8_t *b, int8_t *out, const eu_prelu_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t x = a[c * p->a_step] - p->a_zero_point;
            const int32_t slope = b[c * p->b_step] - p->b_zero_point;
            const int32_t y = x >= 0 ? eu_requantize(x, p->multiplier, p->shift)
                                     : eu_requantize(x * slope, p->below_multiplier, p->below_shift);
            out[c] = eu_clamp(y, p->zero_point, p->low, p->high);
        }
        a += p->a_pitch;
        b += p->b_pitch;
        out += p->out_pitch;
    }
}
