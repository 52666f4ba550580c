/* Convolution whose window is one run of at most 48 bytes (multiple of 4), clamped from below at its zero point or higher:
 *
 *     acc[r][n] = bias[n] + sum over k < 4 * groups of in[r * in_step + k] * w[n][k]
 *     u = min(max((acc * multiplier[n] + offset[n]) >> 36, 0), 255)             the bias is in offset[n]
 *     out[r * out_step + n] = min(u, high - low) + low + zero_point
 *
 * |acc| < 2^31 is proven per channel; 0 < multiplier < 2^31, so the 64-bit sum is below 2^62 + 2^43. That this equals the
 * doubly rounded requantization is decided per channel by emit/one_multiply.py, for every accumulator that can occur.
 * The four bytes of a quad are added with unsigned saturation (UQADD8), which cuts at high, then moved to their place. */
static void eu_conv_clamped_loop(const eu_quad_rows_t *frame)
{
    eu_quad_loop(frame, EU_QUAD_CLAMPED, 0, 0);
}

static void eu_conv_clamped(const int8_t *in, int8_t *out, const eu_quad_conv_t *p, int32_t *wide)
{
    eu_quad_conv(in, out, p, wide, eu_conv_clamped_loop, eu_quad_unpack, 8);
}
