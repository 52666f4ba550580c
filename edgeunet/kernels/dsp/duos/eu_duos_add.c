/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_duos_add        first=a second=b
 *     eu_duos_add_other  first=b second=a
 */
/* Sum of two int16 signals of one shape, two values at a time.
 *
 *     a = in_a * 2^14;    y = (in_b * 2^16 * b_multiplier + 2^31) >> 32;    b = (y + (y >> 31 & b_away) + b_half) >> b_shift
 *     z = (2 * (a + b) * multiplier + 2^31) >> 32;                          out = clamp((z + (z >> 31) + half) >> shift)
 *
 * The operand of the larger scale is a: half of its own is what both are scaled to, so that its factor of 0.5 is exact. Of b
 * and the sum the rounding high product and the shift, ties away from zero, are the reference's two roundings; b_away is 0 where
 * b has the same scale, else -1. |a|, |b| <= 2^29, and their sum is over -2^30 or equal, under 2^30. out may be either operand.
 * shift >= 1. The variant says which operand is a. Source of the arithmetic: TFLite reference_ops::Add of int16. */
typedef struct {
    int32_t rows;
    int32_t channels; /* even */
    int32_t a_pitch;
    int32_t b_pitch;
    int32_t out_pitch;
    int32_t b_multiplier;
    int32_t b_away;
    int32_t b_half;
    int32_t b_shift;
    int32_t multiplier;
    int32_t half;
    int32_t shift;
    int32_t low; /* clamp */
    int32_t high;
} $name_t;

/* One value of each operand, in the upper half of a word. */
static inline int32_t $name_one(int32_t a, int32_t b, const $name_t *p)
{
    int32_t y, z;
    EU_DUOS_SMMULR(y, b, p->b_multiplier);
    y = (y + (y >> 31 & p->b_away) + p->b_half) >> p->b_shift;
    EU_DUOS_SMMULR(z, ((a >> 2) + y) * 2, p->multiplier);
    z = (z + (z >> 31) + p->half) >> p->shift;
    return z < p->low ? p->low : z > p->high ? p->high : z;
}

static void $name_rows(const int8_t *a, const int8_t *b, int8_t *out, const $name_t *p)
{
    const $name_t local = *p;
    for (int32_t r = 0; r < local.rows; r++) {
        for (int32_t c = 0; c < local.channels; c += 2) {
            uint32_t first, second;
            EU_DUOS_LOAD(first, a + 2 * c);
            EU_DUOS_LOAD(second, b + 2 * c);
            const int32_t low = $name_one((int32_t)(first << 16), (int32_t)(second << 16), &local);
            const int32_t high = $name_one((int32_t)(first & 0xFFFF0000U), (int32_t)(second & 0xFFFF0000U), &local);
            ((int16_t *)(void *)out)[c] = (int16_t)low;
            ((int16_t *)(void *)out)[c + 1] = (int16_t)high;
        }
        a += local.a_pitch;
        b += local.b_pitch;
        out += local.out_pitch;
    }
}

static void $name(const int8_t *a, const int8_t *b, int8_t *out, const $name_t *p)
{
    $name_rows($first, $second, out, p);
}
