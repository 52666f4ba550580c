/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_depthwise_twice_3  reach=3
 *     eu_depthwise_twice_5  reach=5
 */
/* Sums over $reach low-rate rows: see eu_depthwise_twice.c. */
static void $name(const int8_t *in, int8_t *out, const eu_depthwise_twice_t *p)
{
    eu_depthwise_twice(in, out, p);
}
