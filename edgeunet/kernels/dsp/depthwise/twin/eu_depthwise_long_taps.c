/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_depthwise_7  taps=7
 *     eu_depthwise_9  taps=9
 */
/* Depthwise convolution with $taps taps: see eu_depthwise_long.c. */
static void $name(const int8_t *in, int8_t *out, const eu_depthwise_long_t *p)
{
    eu_depthwise_long(in, out, $taps, p);
}
