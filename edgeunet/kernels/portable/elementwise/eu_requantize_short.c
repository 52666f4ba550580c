/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Scales an accumulator as eu_requantize does, with all that is added in one place, and counts the result from `low`: for a shift
 * e = -shift in 2 .. 14, and |acc| < 2^23, which is proven per channel.
 *
 *     y = (acc * multiplier + 2^30 >> 31) - [acc < 0] + high >> e,    high = above * 2^(e-1), above = 2 * (zero_point - low) + 1
 *
 * The second rounding asks for the sign of the first result, not of acc: the two differ where that is 0 and acc is not, and then y is
 * the same for both signs, as e > 1. The first is the high word of 2 * acc * multiplier and the bit below it. Assembly makes one sum of
 * both roundings: what is added to the first result is whole, and floors of floors are one, so
 *
 *     y = acc * multiplier + 2^30 - 2^31 * [acc < 0] + 2^31 * high >> 31 + e,
 *
 * where all terms but the product are a low word, 2^30 or 2^30 + 2^31, and a high one, high / 2 - [acc < 0]. */
#if defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__)
#define EU_REQUANTIZE_NARROW 1 /* no multiply with a result of 64 bits: it would be a call of the library's */
#else
#define EU_REQUANTIZE_NARROW 0
#endif

/* Cores whose assembly stands beside the C: Cortex-M3 and all above it, those that have 16-bit instructions alone, 32-bit RISC-V. */
#if defined(__GNUC__) && defined(__thumb__) && defined(__ARM_ARCH_PROFILE) && !defined(__ARM_BIG_ENDIAN)
#define EU_REQUANTIZE_THUMB_2 (__ARM_ARCH_PROFILE == 'M' && !EU_REQUANTIZE_NARROW)
#define EU_REQUANTIZE_THUMB_1 (__ARM_ARCH_PROFILE == 'M' && EU_REQUANTIZE_NARROW)
#else
#define EU_REQUANTIZE_THUMB_2 0
#define EU_REQUANTIZE_THUMB_1 0
#endif
#if defined(__GNUC__) && defined(__riscv_mul) && __riscv_xlen == 32 && !defined(__riscv_32e)
#define EU_REQUANTIZE_RV32 1
#else
#define EU_REQUANTIZE_RV32 0
#endif

static int32_t eu_requantize_high(int32_t above, int32_t shift)
{
    return above * ((int32_t)1 << (shift - 1));
}

#if EU_REQUANTIZE_NARROW
/* The multiplier eight bits at a time, the lowest first: no partial sum reaches 2^31, and what it loses by its shift is below every
 * other term, so that the floor is the same. */
static int32_t eu_requantize_short(int32_t acc, int32_t multiplier, int32_t high, int32_t shift)
{
    int32_t y = acc * (multiplier & 255) >> 8;
    y = (y + acc * (multiplier >> 8 & 255)) >> 8;
    y = (y + acc * (multiplier >> 16 & 255)) >> 8;
    y += acc * (multiplier >> 24) + high * 128 + 64 - (acc < 0 ? 128 : 0);
    return y >> 7 >> shift;
}
#else
static int32_t eu_requantize_short(int32_t acc, int32_t multiplier, int32_t high, int32_t shift)
{
    const int64_t product = (int64_t)(2 * acc) * multiplier;
    const int32_t bit = (int32_t)((uint32_t)product >> 31);
    return ((int32_t)(product >> 32) + bit - (acc < 0 ? 1 : 0) + high) >> shift;
}
#endif

/* The int8 of a result counted from low: the clamp is low .. low + range. */
static int8_t eu_requantize_clamp(int32_t y, int32_t low, int32_t range)
{
    if ((uint32_t)y > (uint32_t)range) {
        y = y < 0 ? 0 : range;
    }
    return (int8_t)(y + low);
}
