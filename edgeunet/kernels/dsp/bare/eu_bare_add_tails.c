/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_bare_add_relu    tail=relu
 *     eu_bare_add_linear  tail=linear
 */
/* eu_bare_conv_tails.c with the tail $tail, and an addition: see eu_bare_add.c. */
static void $name(const int8_t *in, const int8_t *other, int8_t *out, const eu_bare_add_t *p)
{
    eu_bare_added(in, other, out, p, $name_tail);
}
