/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of what the quad kernels share (eu_quads.c): same packing, one product at a time. */

/* What follows the sums of a quad: a scale (dsp: EU_QUADS_SCALE with USAT or SSAT, EU_QUADS_ROUND) and what is around it. */
typedef enum { EU_QUADS_CLAMPED, EU_QUADS_SATURATED, EU_QUADS_RELU, EU_QUADS_LINEAR } eu_quads_scale_t;

static int32_t eu_quads_cut(int64_t value, int32_t low, int32_t high)
{
    return (int32_t)(value < low ? low : value > high ? high : value);
}

/* The sums of the products of `groups` groups of inputs, widened weights in SXTB16 order. */
static const int32_t *eu_quads_add_up(const int8_t *in, const int32_t *wide, int32_t groups, int32_t *sums)
{
    for (; groups > 0; groups--) {
        for (int32_t half = 0; half < 2; half++) {
            for (int32_t n = 0; n < 4; n++) {
                const uint32_t pair = (uint32_t)*wide++;
                sums[n] +=
                    in[half] * (int16_t)(uint16_t)(pair & 0xFFFFU) + in[half + 2] * (int16_t)(uint16_t)(pair >> 16);
            }
        }
        in += 4;
    }
    return wide;
}

/* Four sums to int8 (for EU_QUADS_CLAMPED 0 .. 255), by the constants behind the weights. */
static void eu_quads_scale(const int32_t *constants, int32_t *sums, eu_quads_scale_t scale)
{
    for (int32_t n = 0; n < 4; n++) {
        int32_t sum = sums[n];
        if (scale == EU_QUADS_LINEAR) {
            const int32_t *const c = constants + 3 * n;
            const int64_t y = (((int64_t)sum * c[0] + ((int64_t)1 << 31)) >> 32) + c[1] + (sum < 0 ? -1 : 0);
            sums[n] = eu_quads_cut(y >> c[2], -128, 127);
        } else {
            const int32_t *const c = constants + 6 * (n >> 1);
            const uint64_t low = (uint32_t)c[2 + 2 * (n & 1)];
            const int64_t offset = c[3 + 2 * (n & 1)] * ((int64_t)1 << 32) + (int64_t)low;
            sum = scale == EU_QUADS_RELU && sum < 0 ? 0 : sum;
            const int64_t y = ((int64_t)sum * c[n & 1] + offset) >> 36;
            sums[n] = scale == EU_QUADS_CLAMPED ? eu_quads_cut(y, 0, 255) : eu_quads_cut(y, -128, 127);
        }
    }
}

/* Four bytes to memory; those of EU_QUADS_CLAMPED with UQADD8 and UADD8. */
static void eu_quads_store(int8_t *out, const int32_t *values, uint32_t above, uint32_t below, eu_quads_scale_t scale)
{
    for (int32_t n = 0; n < 4; n++) {
        int32_t value = values[n];
        if (scale == EU_QUADS_CLAMPED) {
            value = eu_quads_cut(value + (int32_t)(above & 255U), 0, 255) + (int32_t)(below & 255U);
            value = ((value & 255) ^ 128) - 128;
        }
        out[n] = (int8_t)value;
    }
}
