/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_tall_add_relu    tail=relu
 *     eu_tall_add_linear  tail=linear
 */
/* eu_tall_conv_tails.c with the tail $tail, and an addition: see eu_tall_add.c. */
static void $name(const int8_t *in, const int8_t *other, int8_t *out, const eu_tall_add_t *p, int32_t *wide)
{
    eu_tall_added(in, other, out, p, wide, $name_tail);
}
