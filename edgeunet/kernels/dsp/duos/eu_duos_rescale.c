/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* A change of scale between int16 signals, two values at a time.
 *
 *     y = (2 * in * multiplier + 2^31) >> 32;    out = clamp((y + (y >> 31 & away) + half) >> shift)
 *
 * The rounding high product and the shift, ties away from zero, are the reference's two roundings; away is 0 where shift is, else
 * -1. channels is even; words are loaded at even addresses; out may be in. Source: TFLite reference_ops::Requantize. */
typedef struct {
    int32_t rows;
    int32_t channels;
    int32_t in_pitch;
    int32_t out_pitch;
    int32_t multiplier;
    int32_t away;
    int32_t half;
    int32_t shift;
    int32_t low; /* clamp */
    int32_t high;
} eu_duos_rescale_t;

static inline int32_t eu_duos_rescale_one(int32_t doubled, const eu_duos_rescale_t *p)
{
    int32_t y;
    EU_DUOS_SMMULR(y, doubled, p->multiplier);
    y = (y + (y >> 31 & p->away) + p->half) >> p->shift;
    return y < p->low ? p->low : y > p->high ? p->high : y;
}

static void eu_duos_rescale(const int8_t *in, int8_t *out, const eu_duos_rescale_t *p)
{
    const eu_duos_rescale_t local = *p;
    for (int32_t r = 0; r < local.rows; r++) {
        for (int32_t c = 0; c < 2 * local.channels; c += 4) {
            uint32_t word;
            EU_DUOS_LOAD(word, in + c);
            const int32_t low = eu_duos_rescale_one((int32_t)(word << 16) >> 15, &local);
            const int32_t high = eu_duos_rescale_one((int32_t)(word & 0xFFFF0000U) >> 15, &local);
            ((int16_t *)(void *)(out + c))[0] = (int16_t)low;
            ((int16_t *)(void *)(out + c))[1] = (int16_t)high;
        }
        in += local.in_pitch;
        out += local.out_pitch;
    }
}
