/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Mean over the middle axis of (outer, count, inner) of int16 values.
 *
 *     out[o][i] = clamp(requantize(sum over k < count of in[o][k][i], multiplier, shift))
 *
 * The division by count is in the multiplier. |sum| <= 2^15 * count, in int32 after the left shift too (a rule). Jumps and steps
 * are bytes. Source: TFLite reference_ops::QuantizedMeanOrSum. */
typedef struct {
    int32_t outer;
    int32_t count;
    int32_t inner;
    int32_t in_jump; /* between outer blocks */
    int32_t in_step; /* between neighbours along the middle axis */
    int32_t out_jump;
    int32_t multiplier;
    int32_t shift;
    int32_t low; /* clamp */
    int32_t high;
} eu_mean_int16_t;

static void eu_mean_int16(const int8_t *in, int8_t *out, const eu_mean_int16_t *p)
{
    for (int32_t o = 0; o < p->outer; o++) {
        int16_t *made = (int16_t *)(void *)out;
        for (int32_t i = 0; i < p->inner; i++) {
            int32_t sum = 0;
            for (int32_t k = 0; k < p->count; k++) {
                sum += ((const int16_t *)(const void *)(in + k * p->in_step))[i];
            }
            made[i] = eu_clamp_int16(eu_rescaled_int16(sum, p->multiplier, p->shift), p->low, p->high);
        }
        in += p->in_jump;
        out += p->out_jump;
    }
}
