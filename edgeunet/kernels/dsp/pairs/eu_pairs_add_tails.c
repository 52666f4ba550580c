/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_pairs_add_relu    unpack=eu_quads_unpack constants=12 biases=4
 *     eu_pairs_add_linear  unpack=eu_quads_unpack_doubled constants=9 biases=0
 */
/* eu_quads_add_tails.c with both operands widened: same arithmetic, same packing, same bounds; see eu_pairs_add.c. */
static void $name(const int8_t *in, const int8_t *other, int8_t *out, const eu_pairs_add_t *p, int32_t *wide)
{
    eu_pairs_added(in, other, out, p, wide, $name_tail, $unpack, $constants, $biases);
}
