/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Unpacking of quads for EU_QUADS_SCALE. */
static int32_t *eu_quads_widen(const int32_t *weights, int32_t *wide, int32_t groups)
{
    for (; groups > 0; groups--) {
        for (int32_t half = 0; half < 2; half++) {
            for (int32_t n = 0; n < 4; n++) {
                const uint32_t word = (uint32_t)weights[n] >> 8 * half;
                const int32_t low = (int8_t)(uint8_t)(word & 255U);
                const int32_t high = (int8_t)(uint8_t)(word >> 16 & 255U);
                *wide++ = (int32_t)(((uint32_t)(high * 1) << 16) | ((uint32_t)(low * 1) & 0xFFFFU));
            }
        }
        weights += 4;
    }
    return wide;
}

/* One quad for EU_QUADS_SCALE without biases (they are in the offsets): packed is groups of weights, 4 multipliers, 4 offsets
 * / 2^offset_shift. Returns the end of the widened weights. */
static int32_t *eu_quads_unpack(const int32_t *packed, int32_t *wide, int32_t groups, int32_t offset_shift)
{
    int32_t *const end = eu_quads_widen(packed, wide + 4, groups);
    const int32_t *c = packed + 4 * groups;
    const int32_t unit = (int32_t)1 << offset_shift;
    int32_t *t = end;
    for (int32_t pair = 0; pair < 2; pair++) {
        const int64_t even = (int64_t)c[4] * unit;
        const int64_t odd = (int64_t)c[5] * unit;
        *wide++ = 0;
        *wide++ = 0;
        *t++ = *c++;
        *t++ = *c++;
        *t++ = (int32_t)(uint32_t)((uint64_t)even & 0xFFFFFFFFU);
        *t++ = (int32_t)(even >> 32);
        *t++ = (int32_t)(uint32_t)((uint64_t)odd & 0xFFFFFFFFU);
        *t++ = (int32_t)(odd >> 32);
    }
    return end;
}
