/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of what the kernels for calls of few rows share (eu_tall.c): same packing, one product at a time. */

/* Four sums to int8 by the constants behind a channel's weights; returns the end of those. */
typedef const int32_t *eu_tall_code_t(const int32_t *constants, int32_t scale, int32_t *sums);

static int32_t eu_tall_cut(int64_t value)
{
    return (int32_t)(value < -128 ? -128 : value > 127 ? 127 : value);
}

/* (acc * multiplier + offset * scale) >> 36 within int8; returns the end of the constants, as do the others. */
static const int32_t *eu_tall_scale(const int32_t *constants, int32_t scale, int32_t *sums)
{
    for (int32_t r = 0; r < 4; r++) {
        sums[r] = eu_tall_cut(((int64_t)sums[r] * constants[0] + (int64_t)constants[1] * scale) >> 36);
    }
    return constants + 2;
}

/* max(acc + bias, 0), then eu_tall_scale. */
static const int32_t *eu_tall_scale_relu(const int32_t *constants, int32_t scale, int32_t *sums)
{
    for (int32_t r = 0; r < 4; r++) {
        const int32_t sum = sums[r] + constants[0];
        sums[r] = sum < 0 ? 0 : sum;
    }
    return eu_tall_scale(constants + 1, scale, sums);
}

/* Double rounding. */
static const int32_t *eu_tall_round(const int32_t *constants, int32_t scale, int32_t *sums)
{
    const int32_t shift = (constants[1] & 31) + 1;
    const int32_t rounding = scale * ((int32_t)1 << (shift - 1));
    for (int32_t r = 0; r < 4; r++) {
        const int32_t sum = 2 * sums[r] + (constants[1] >> 5);
        const int64_t y = (((int64_t)sum * constants[0] + ((int64_t)1 << 31)) >> 32) + rounding + (sum < 0 ? -1 : 0);
        sums[r] = eu_tall_cut(y >> shift);
    }
    return constants + 2;
}

static uint32_t eu_tall_pair(int8_t low, int8_t high)
{
    return (uint32_t)(int32_t)high << 16 | ((uint32_t)(int32_t)low & 0xFFFFU);
}

/* Widens `groups` groups of four inputs of four rows; returns the end. */
static int32_t *eu_tall_widen(const int8_t *const rows[4], int32_t *wide, int32_t groups)
{
    for (int32_t k = 0; k < 4 * groups; k += 4) {
        for (int32_t half = 0; half < 2; half++) {
            for (int32_t r = 0; r < 4; r++) {
                *wide++ = (int32_t)eu_tall_pair(rows[r][k + half], rows[r][k + half + 2]);
            }
        }
    }
    return wide;
}

/* Adds the products of `groups` groups of widened inputs of four rows with weights; returns the end of the inputs. */
static const int32_t *eu_tall_sum_up(const int32_t *wide, const int32_t *weights, int32_t groups, int32_t *sums)
{
    const int8_t *w = (const int8_t *)weights;
    for (; groups > 0; groups--) {
        for (int32_t half = 0; half < 2; half++) {
            for (int32_t r = 0; r < 4; r++) {
                const uint32_t pair = (uint32_t)*wide++;
                sums[r] +=
                    w[half] * (int16_t)(uint16_t)(pair & 0xFFFFU) + w[half + 2] * (int16_t)(uint16_t)(pair >> 16);
            }
        }
        w += 4;
    }
    return wide;
}
