/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of what the kernels without scratch memory share (eu_bare.c): same packing, one product at a time. */

/* Four sums to int8 by the constants behind a quad's weights; returns the end of those. */
typedef const int32_t *eu_bare_tail_t(const int32_t *constants, int32_t scale, int32_t *sums);

static int32_t eu_bare_cut(int64_t value, int32_t low, int32_t high)
{
    return (int32_t)(value < low ? low : value > high ? high : value);
}

/* (acc * multiplier + offset * scale) >> 36 within low .. high. */
static const int32_t *eu_bare_scale(const int32_t *constants, int32_t scale, int32_t *sums, int32_t low, int32_t high)
{
    for (int32_t n = 0; n < 4; n++) {
        sums[n] = eu_bare_cut(((int64_t)sums[n] * constants[n] + (int64_t)constants[4 + n] * scale) >> 36, low, high);
    }
    return constants + 8;
}

static const int32_t *eu_bare_saturated(const int32_t *constants, int32_t scale, int32_t *sums)
{
    return eu_bare_scale(constants, scale, sums, -128, 127);
}

static const int32_t *eu_bare_clamped(const int32_t *constants, int32_t scale, int32_t *sums)
{
    return eu_bare_scale(constants, scale, sums, 0, 255);
}

/* max(acc + bias, 0), then one multiply. */
static const int32_t *eu_bare_relu(const int32_t *constants, int32_t scale, int32_t *sums)
{
    for (int32_t n = 0; n < 4; n++) {
        const int32_t sum = sums[n] + constants[n];
        sums[n] = sum < 0 ? 0 : sum;
    }
    return eu_bare_saturated(constants + 4, scale, sums);
}

/* Double rounding as eu_tall.c has it. */
static const int32_t *eu_bare_linear(const int32_t *constants, int32_t scale, int32_t *sums)
{
    for (int32_t n = 0; n < 4; n++, constants += 2) {
        const int32_t shift = (constants[1] & 31) + 1;
        const int32_t sum = 2 * sums[n] + (constants[1] >> 5);
        const int64_t high = ((int64_t)sum * constants[0] + ((int64_t)1 << 31)) >> 32;
        sums[n] = eu_bare_cut((high + scale * ((int32_t)1 << (shift - 1)) + (sum < 0 ? -1 : 0)) >> shift, -128, 127);
    }
    return constants;
}

/* 16 bits of a word, the low ones or the high ones, and the byte that SXTB16 takes out of them. */
static int32_t eu_bare_half(int32_t word, int32_t high)
{
    return (int16_t)(uint16_t)((uint32_t)word >> (high ? 16 : 0) & 0xFFFFU);
}

static int32_t eu_bare_byte(int32_t half)
{
    return (int8_t)(uint8_t)((uint32_t)half & 255U);
}

/* Adds the products of 4 * `groups` inputs to four sums, of which the second and the fourth still hold the one before; returns the end
 * of the weights. */
static const int32_t *eu_bare_products(const int8_t *in, const int32_t *weights, int32_t groups, uint32_t *sums)
{
    for (; groups > 0; groups--, in += 4) {
        for (int32_t n = 0; n < 4; n += 2) {
            for (int32_t k = 0; k < 4; k++) {
                const int32_t half = eu_bare_half(weights[n + k % 2], k / 2);
                sums[n] += (uint32_t)(in[k] * eu_bare_byte(half));
                sums[n + 1] += (uint32_t)(in[k] * half);
            }
        }
        weights += 4;
    }
    return weights;
}
