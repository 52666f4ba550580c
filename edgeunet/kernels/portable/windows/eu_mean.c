/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Mean over the middle axis of (outer, count, inner).
 *
 *     out[o][i] = clamp(requantize(sum over k < count of (in[o][k][i] - zero_point_in), multiplier, shift) + zero_point)
 *
 * The division by count is in the multiplier. |sum| <= 255 * count. Source: TFLite reference_ops::QuantizedMeanOrSum. */
typedef struct {
    int32_t outer;
    int32_t count;
    int32_t inner;
    int32_t in_jump; /* bytes between outer blocks */
    int32_t in_step; /* bytes between neighbours along the middle axis */
    int32_t out_jump;
    int32_t in_zero_point;
    int32_t multiplier;
    int32_t shift;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_mean_t;

static void eu_mean(const int8_t *in, int8_t *out, const eu_mean_t *p)
{
    for (int32_t o = 0; o < p->outer; o++) {
        for (int32_t i = 0; i < p->inner; i++) {
            const int8_t *x = in + i;
            int32_t sum = 0;
            for (int32_t k = 0; k < p->count; k++) {
                sum += *x - p->in_zero_point;
                x += p->in_step;
            }
            out[i] = eu_clamp(eu_requantize(sum, p->multiplier, p->shift), p->zero_point, p->low, p->high);
        }
        in += p->in_jump;
        out += p->out_jump;
    }
}
