/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_trios_conv_3  taps=3
 *     eu_trios_conv_5  taps=5
 *     eu_trios_conv_7  taps=7
 */
/* A convolution of $taps taps with RELU, three rows of two channels at a time:
 *
 *     acc[r][n] = bias[n] + sum over t, c of in[(r + t) * step + c] * w[n][t][c] */
static void $name(const int8_t *in, int8_t *out, const eu_trios_t *p, int32_t *panel)
{
    eu_trios_run(in, in, out, p, panel, $taps, eu_trios_loop_$taps);
}
