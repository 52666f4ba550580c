/* eu_conv_saturated.c without scratch memory: any windows of whole groups of four inputs, at any address, at least four outputs.
 *
 *     acc[r][n] = bias[n] + sum over k of in[r * step + ..] * w[n][k]
 *     out[r * out_step + n] = min(max((acc * multiplier[n] + offset[n]) >> 36, -128), 127)   the bias is in offset[n]
 *
 * Constants: 4 multipliers, 4 offsets / scale. Bounds and exactness as in eu_conv_saturated.c; the sums as in eu_bare.c. */
static void eu_bare_saturated(const int8_t *in, int8_t *out, const eu_bare_t *p)
{
    eu_bare_conv(in, out, p, eu_bare_saturated_tail);
}
