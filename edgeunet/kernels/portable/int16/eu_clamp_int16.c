/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Clamps y to [low, high]; int16 has no zero point. */
static int16_t eu_clamp_int16(int32_t y, int32_t low, int32_t high)
{
    return (int16_t)(y < low ? low : y > high ? high : y);
}
