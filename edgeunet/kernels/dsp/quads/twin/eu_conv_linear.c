/* Convolution whose window is one run of at most 64 bytes (multiple of 4), without activation:
 *
 *     acc[r][n] = 2 * (bias[n] + sum over k < 4 * groups of in[r * in_step + k] * w[n][k])
 *     y = (acc * multiplier[n] + 2^31 >> 32) + rounding[n] + (acc >> 31)     rounding = 2^(shift-1) + zero_point * 2^shift
 *     out[r * out_step + n] = min(max(y >> shift[n], -128), 127)
 *
 * Doubling is done on the widened weights. |acc| < 2^31 and |y| < 2^31 are proven per channel; shift >= 1. The first sum is
 * SaturatingRoundingDoublingHighMul; adding -1 for negative acc instead of negative y differs only where y = 0, and there
 * rounding absorbs it (0 <= 2^(shift-1) - 1). So this is TFLite's double rounding, always. */
static void eu_conv_linear_loop(const eu_quad_rows_t *frame)
{
    eu_quad_loop(frame, EU_QUAD_LINEAR, 0, 0);
}

static void eu_conv_linear(const int8_t *in, int8_t *out, const eu_quad_conv_t *p, int32_t *wide)
{
    eu_quad_conv(in, out, p, wide, eu_conv_linear_loop, eu_quad_unpack_doubled, 9);
}
