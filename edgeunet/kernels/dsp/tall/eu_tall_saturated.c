/* eu_conv_saturated.c for calls of few rows: any windows of whole groups of four inputs, at any address.
 *
 *     acc[r][n] = bias[n] + sum over k of in[r * step + ..] * w[n][k]
 *     out[r * out_step + n] = min(max((acc * multiplier[n] + offset[n]) >> 36, -128), 127)   the bias is in offset[n]
 *
 * Constants per channel: multiplier, offset / scale. Bounds and exactness as in eu_conv_saturated.c. */
static void eu_tall_saturated(const int8_t *in, int8_t *out, const eu_tall_t *p, int32_t *wide)
{
    eu_tall_conv(in, out, p, wide, eu_tall_saturated_tail);
}
