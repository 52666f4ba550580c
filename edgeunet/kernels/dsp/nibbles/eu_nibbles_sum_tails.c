/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_nibbles_sum_saturated  tail=saturated
 *     eu_nibbles_sum_relu    tail=relu
 *     eu_nibbles_sum_linear  tail=linear
 */
/* Convolution over two signals side by side that are never put side by side, the first perhaps at a lower rate:
 *
 *     acc[r][n] = bias[n] + sum over k of a[(r / repeat) * a.step + ..] * w[n][k] + sum over k of b[r * b.step + ..] * w[n][k]
 *
 * then the tail $tail. int32 sums may be made in any order, so this is the convolution over concat(upsample(a), b). */
static void $name(const int8_t *a, const int8_t *b, int8_t *out, const eu_panels_sum_t *p, int32_t *panel)
{
    eu_panels_sum(a, b, out, p, panel, $name_loop);
}
