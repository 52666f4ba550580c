/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_bare_conv_saturated  tail=saturated
 *     eu_bare_conv_clamped    tail=clamped
 *     eu_bare_conv_linear     tail=linear
 */
/* Convolution without scratch memory: any windows of whole groups of four inputs, at any address, at least four outputs.
 *
 *     acc[r][n] = bias[n] + sum over k of in[r * step + ..] * w[n][k]
 *
 * then the tail $tail. Sums and constants as in eu_bare.c, bounds and exactness as in eu_quads.c. */
static void $name(const int8_t *in, int8_t *out, const eu_bare_t *p)
{
    eu_bare_conv(in, out, p, eu_bare_$tail_tail);
}
