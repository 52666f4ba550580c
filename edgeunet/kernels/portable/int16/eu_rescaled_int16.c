/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Scales a value as int8 layers do, rounded twice: y = value * multiplier / 2^31 * 2^shift.
 *
 *     a = value << max(shift, 0)
 *     y = (a * multiplier + 2^30) >> 31                   gemmlowp SaturatingRoundingDoublingHighMul
 *     y = (y + 2^(e-1) + (y >> 31)) >> e, e = -shift > 0  gemmlowp RoundingDivideByPOT: ties away from zero
 *
 * 0 <= multiplier < 2^31, and rules keep a in int32. Source: TFLite MultiplyByQuantizedMultiplier(int32_t, int32_t, int). */
static int32_t eu_rescaled_int16(int32_t value, int32_t multiplier, int32_t shift)
{
    const int32_t left = shift > 0 ? shift : 0;
    const int32_t right = shift < 0 ? -shift : 0;
    const int64_t y = ((int64_t)value * ((int64_t)1 << left) * multiplier + ((int64_t)1 << 30)) >> 31;
    const int64_t half = ((int64_t)1 << right) >> 1;
    const int64_t down = right > 0 && y < 0 ? 1 : 0;
    return (int32_t)((y + half - down) >> right);
}
