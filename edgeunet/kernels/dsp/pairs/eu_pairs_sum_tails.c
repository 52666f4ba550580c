/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_pairs_sum_saturated  tail=saturated unpack=eu_quads_unpack constants=8
 *     eu_pairs_sum_clamped    tail=clamped unpack=eu_quads_unpack constants=8
 *     eu_pairs_sum_linear     tail=linear unpack=eu_quads_unpack_doubled constants=9
 */
/* eu_quads_sum_$tail with both operands widened, for windows of any whole groups of four inputs whose taps follow each other: same
 * arithmetic, same packing, same bounds. */
static void $name(const int8_t *a, const int8_t *b, int8_t *out, const eu_pairs_sum_t *p, int32_t *wide)
{
    eu_pairs_sum(a, b, out, p, wide, eu_pairs_$tail_tail, $unpack, $constants);
}
