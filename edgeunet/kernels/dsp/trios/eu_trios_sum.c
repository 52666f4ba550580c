/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_trios_sum_3  taps=3
 *     eu_trios_sum_5  taps=5
 *     eu_trios_sum_7  taps=7
 */
/* The same over two signals side by side that are never put side by side. */
static void $name(const int8_t *a, const int8_t *b, int8_t *out, const eu_trios_t *p, int32_t *panel)
{
    eu_trios_run(a, b, out, p, panel, $taps, eu_trios_loop_$taps);
}
