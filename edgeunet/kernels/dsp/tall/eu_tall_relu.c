/* Convolution with RELU for calls of few rows: any windows of whole groups of four inputs, at any address.
 *
 *     acc[r][n] = bias[n] + sum over k of in[r * step + ..] * w[n][k]
 *     out[r * out_step + n] = min((max(acc, 0) * multiplier[n] + offset[n]) >> 36, 127)
 *
 * Constants per channel: bias, multiplier, offset / scale. Bounds and exactness as in eu_conv_clamped.c. */
static void eu_tall_relu(const int8_t *in, int8_t *out, const eu_tall_t *p, int32_t *wide)
{
    eu_tall_conv(in, out, p, wide, eu_tall_relu_tail);
}
