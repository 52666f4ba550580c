/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Scales an accumulator: y = acc * multiplier / 2^31 * 2^shift, rounded twice as TFLite's reference kernels do.
 *
 *     a = acc << max(shift, 0)                            (wraps like two's complement; never in a sane network)
 *     y = (a * multiplier + 2^30) >> 31                   gemmlowp SaturatingRoundingDoublingHighMul
 *     y = (y + 2^(e-1) + (y >> 31)) >> e, e = -shift > 0  gemmlowp RoundingDivideByPOT: ties away from zero
 *
 * 0 <= multiplier < 2^31, so |a * multiplier| < 2^62 and |y| < 2^31; the second sum is at most 2^31 - 1 + 2^30 in
 * magnitude and is made in 64 bits. -31 <= shift <= 30. */
static int32_t eu_requantize(int32_t acc, int32_t multiplier, int32_t shift)
{
    const int32_t left = shift > 0 ? shift : 0;
    const int32_t right = shift < 0 ? -shift : 0;
    const int32_t a = (int32_t)((uint32_t)acc << left);
    const int64_t y = ((int64_t)a * multiplier + ((int64_t)1 << 30)) >> 31;
    const int64_t half = ((int64_t)1 << right) >> 1;
    const int64_t down = right > 0 && y < 0 ? 1 : 0;
    return (int32_t)((y + half - down) >> right);
}

/* Clamps y to [low, high], both relative to the zero point, and adds it: the result is an int8, no sum can overflow. */
static int8_t eu_clamp(int32_t y, int32_t zero_point, int32_t low, int32_t high)
{
    return (int8_t)((y < low ? low : y > high ? high : y) + zero_point);
}
