/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_tall_conv_saturated  tail=saturated
 *     eu_tall_conv_relu       tail=relu
 *     eu_tall_conv_linear     tail=linear
 */
/* Convolution for calls of few rows: any windows of whole groups of four inputs, at any address.
 *
 *     acc[r][n] = bias[n] + sum over k of in[r * step + ..] * w[n][k]
 *
 * then the tail $tail (eu_tall.c has constants and formulas, eu_quads.c bounds and exactness). */
static void $name(const int8_t *in, int8_t *out, const eu_tall_t *p, int32_t *wide)
{
    eu_tall_conv(in, out, p, wide, eu_tall_$tail_tail);
}
