/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of what the kernels that widen both operands share (eu_pairs.c): same packing, one product at a time. */

/* A tail says how sums become int8. */
typedef eu_quads_scale_t eu_pairs_code_t(void);

/* Widens `groups` groups of four inputs into SXTB16 order; returns the end. */
static int32_t *eu_pairs_widen(const int8_t *in, int32_t *wide, int32_t groups)
{
    for (; groups > 0; groups--) {
        for (int32_t half = 0; half < 2; half++) {
            *wide++ = (int32_t)((uint32_t)(int32_t)in[half + 2] << 16 | ((uint32_t)(int32_t)in[half] & 0xFFFFU));
        }
        in += 4;
    }
    return wide;
}

/* Adds the products of `groups` groups of widened inputs and a quad's widened weights; returns the end of the weights. */
static const int32_t *eu_pairs_add_up(const int32_t *in, const int32_t *wide, int32_t groups, int32_t *sums)
{
    for (int32_t half = 0; half < 2 * groups; half++) {
        const uint32_t x = (uint32_t)*in++;
        for (int32_t n = 0; n < 4; n++) {
            const uint32_t w = (uint32_t)*wide++;
            sums[n] += (int16_t)(uint16_t)(x & 0xFFFFU) * (int16_t)(uint16_t)(w & 0xFFFFU);
            sums[n] += (int16_t)(uint16_t)(x >> 16) * (int16_t)(uint16_t)(w >> 16);
        }
    }
    return wide;
}
