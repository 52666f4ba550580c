/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Unpacking of quads for EU_QUADS_ROUND (see eu_quads.c): weights and biases are doubled, so that one SMMLAR of an
 * accumulator and a multiplier is TFLite's SaturatingRoundingDoublingHighMul. */
static int32_t *eu_quads_widen_doubled(const int32_t *weights, int32_t *wide, int32_t groups)
{
    for (; groups > 0; groups--) {
        for (int32_t half = 0; half < 2; half++) {
            for (int32_t n = 0; n < 4; n++) {
                const uint32_t word = (uint32_t)weights[n] >> 8 * half;
                const int32_t low = (int8_t)(uint8_t)(word & 255U);
                const int32_t high = (int8_t)(uint8_t)(word >> 16 & 255U);
                *wide++ = (int32_t)(((uint32_t)(high * 2) << 16) | ((uint32_t)(low * 2) & 0xFFFFU));
            }
        }
        weights += 4;
    }
    return wide;
}

/* One quad: packed is 4 biases, groups of weights, 4 multipliers and one word of 4 shifts (bytes). Returns the end of the
 * widened weights; behind it per channel multiplier, 2^(shift-1) + zero_point * 2^shift, shift. */
static int32_t *eu_quads_unpack_doubled(const int32_t *packed, int32_t *wide, int32_t groups, int32_t zero_point)
{
    int32_t *const end = eu_quads_widen_doubled(packed + 4, wide + 4, groups);
    const int32_t *const c = packed + 4 + 4 * groups;
    for (int32_t n = 0; n < 4; n++) {
        const int32_t shift = (int32_t)((uint32_t)c[4] >> 8 * n & 255U);
        wide[n] = (int32_t)((uint32_t)packed[n] << 1);
        end[3 * n] = c[n];
        end[3 * n + 1] = (2 * zero_point + 1) * ((int32_t)1 << (shift - 1));
        end[3 * n + 2] = shift;
    }
    return end;
}
