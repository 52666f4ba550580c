/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_rescale_int16   given=int16 made=int16
 *     eu_rescale_widen   given=int8 made=int16
 *     eu_rescale_narrow  given=int16 made=int8
 */
/* A change of scale or type, with another slope below zero: QUANTIZE, RELU, LEAKY_RELU.
 *
 *     x = in - in_zero_point;   y = requantize(x, multiplier, shift), below zero sign * requantize(x, below_multiplier, below_shift)
 *     out = clamp(y) + zero_point
 *
 * |x| <= 2^15, shifts are at most 14 (22 from int8; rules), so that x << shift stays in int32. out may be in where both have one
 * type. Source: TFLite reference_ops::Requantize and QuantizeLeakyRelu. */
typedef struct {
    int32_t rows;
    int32_t channels;
    int32_t in_pitch;
    int32_t out_pitch;
    int32_t in_zero_point;
    int32_t multiplier;
    int32_t shift;
    int32_t below_multiplier;
    int32_t below_shift;
    int32_t sign;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} $name_t;

static void $name(const int8_t *in, int8_t *out, const $name_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        const $given_t *x = (const $given_t *)(const void *)in;
        $made_t *y = ($made_t *)(void *)out;
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t value = x[c] - p->in_zero_point;
            const int32_t scaled = value >= 0 ? eu_rescaled_int16(value, p->multiplier, p->shift)
                                              : p->sign * eu_rescaled_int16(value, p->below_multiplier, p->below_shift);
            y[c] = ($made_t)((scaled < p->low ? p->low : scaled > p->high ? p->high : scaled) + p->zero_point);
        }
        in += p->in_pitch;
        out += p->out_pitch;
    }
}
