/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of the parts of eu_nibbles.c: same packing, one product at a time. */

/* Adds the products of `groups` groups of four inputs, two channels' together as eu_panels_values takes them; returns the end of the
 * weights. */
static const int32_t *eu_nibbles_sum_up(const int32_t *panel, const int32_t *weights, int32_t groups,
                                        eu_panels_sums_t *sums)
{
    for (int32_t two = 0; two < 2 * groups; two++) {
        const uint32_t w = (uint32_t)weights[two >> 1] >> 8 * (two & 1);
        for (int32_t half = 0; half < 2; half++) {
            const int32_t h = (int8_t)(uint8_t)(w >> 16 * half & 0xFFU);
            const int32_t first = (h & 7) - (h & 8);
            const int32_t second = (h - first) / 16;
            for (int32_t r = 0; r < 4; r++) {
                const int32_t x = (int16_t)(uint16_t)((uint32_t)panel[4 * two + r] >> 16 * half & 0xFFFFU);
                sums->both[r] += (uint32_t)(x * (256 * second + first));
                sums->first[r] += x * first;
            }
        }
    }
    return weights + groups;
}

/* The values of rows 0 .. 3 of two channels; one product takes 16 times what eu_panels_values takes. */
static const int32_t *eu_nibbles_values(const int32_t *constants, int32_t scale, const eu_panels_sums_t *sums,
                                        eu_panels_tail_t tail, int32_t values[2][4])
{
    eu_panels_sums_t lifted = *sums;
    for (int32_t r = 0; r < 4 && tail != EU_PANELS_OF_LINEAR; r++) {
        lifted.both[r] *= 16;
        lifted.first[r] *= 16;
    }
    return eu_panels_values(constants, scale, &lifted, tail, values);
}
