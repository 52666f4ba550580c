/* eu_conv_linear.c without scratch memory: any windows of whole groups of four inputs, at any address, at least four outputs.
 *
 *     acc[r][n] = 2 * (bias[n] + sum over k of in[r * step + ..] * w[n][k])
 *     y = (acc * multiplier[n] + 2^31 >> 32) + (2 * zero_point + 1) * 2^(shift[n] - 1) + (acc >> 31)
 *     out[r * out_step + n] = min(max(y >> shift[n], -128), 127)
 *
 * Constants and bounds as in eu_tall_linear.c, exactness as in eu_conv_linear.c; the sums as in eu_bare.c. */
static void eu_bare_linear(const int8_t *in, int8_t *out, const eu_bare_t *p)
{
    eu_bare_conv(in, out, p, eu_bare_linear_tail);
}
