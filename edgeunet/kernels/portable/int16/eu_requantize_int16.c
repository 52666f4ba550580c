/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Scales the sum of an int16 layer: once rounded, halves upward.
 *
 *     y = (sum * multiplier + 2^(right - 1)) >> right
 *
 * multiplier is the reference's 31 bits rounded to 15, at most 32767; right is 15 - shift, 8 to 46. |sum| < 2^47, so that the
 * product is below 2^62, and the caller's rules keep y in int32. Source: TFLite MultiplyByQuantizedMultiplier(int64_t, int32_t, int). */
static int32_t eu_requantize_int16(int64_t sum, int32_t multiplier, int32_t right)
{
    return (int32_t)((sum * multiplier + ((int64_t)1 << (right - 1))) >> right);
}
