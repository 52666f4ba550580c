/* eu_conv_linear.c for calls of few rows: any windows of whole groups of four inputs, at any address.
 *
 *     acc[r][n] = 2 * (bias[n] + sum over k of in[r * step + ..] * w[n][k])
 *     y = (acc * multiplier[n] + 2^31 >> 32) + (2 * zero_point + 1) * 2^(shift[n] - 1) + (acc >> 31)
 *     out[r * out_step + n] = min(max(y >> shift[n], -128), 127)
 *
 * Constants per channel: multiplier, 64 * bias + shift - 1 (|bias| < 2^25 is proven); scale is 2 * zero_point + 1. Bounds and exactness as
 * in eu_conv_linear.c. */
static void eu_tall_linear(const int8_t *in, int8_t *out, const eu_tall_t *p, int32_t *wide)
{
    eu_tall_conv(in, out, p, wide, eu_tall_linear_tail);
}
