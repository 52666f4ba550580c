/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_quads_conv_clamped         tail=clamped unpack=eu_quads_unpack constants=8
 *     eu_quads_conv_clamped_runs    tail=clamped unpack=eu_quads_unpack constants=8
 *     eu_quads_conv_clamped_any     tail=clamped unpack=eu_quads_unpack constants=8
 *     eu_quads_conv_clamped_any_runs  tail=clamped unpack=eu_quads_unpack constants=8
 *     eu_quads_conv_saturated       tail=saturated unpack=eu_quads_unpack constants=8
 *     eu_quads_conv_saturated_runs  tail=saturated unpack=eu_quads_unpack constants=8
 *     eu_quads_conv_saturated_any   tail=saturated unpack=eu_quads_unpack constants=8
 *     eu_quads_conv_saturated_any_runs  tail=saturated unpack=eu_quads_unpack constants=8
 *     eu_quads_conv_linear          tail=linear unpack=eu_quads_unpack_doubled constants=9
 *     eu_quads_conv_linear_runs     tail=linear unpack=eu_quads_unpack_doubled constants=9
 *     eu_quads_conv_linear_any      tail=linear unpack=eu_quads_unpack_doubled constants=9
 *     eu_quads_conv_linear_any_runs  tail=linear unpack=eu_quads_unpack_doubled constants=9
 */
/* Convolution in quads:
 *
 *     acc[r][n] = bias[n] + sum over k < inputs of in[r * in_step + k] * w[n][k]
 *
 * then the tail $tail (eu_quads.c has formulas, bounds and exactness). The window is, by the name's last part,
 *     one run of at most 48 bytes (64 with the linear tail), a multiple of 4;
 *     runs: several runs of such a length (taps that do not follow each other without gaps, or more inputs): those of run t start at
 *     in[r * in_step + t * (4 * groups + run_gap)], the weights of all runs follow each other;
 *     any: 4 to 68 bytes at any address: groups of four inputs, then the last four, which may overlap them (the weights of what was read
 *     before are zero then), so that no byte outside the window is read. */
static void $name(const int8_t *in, int8_t *out, const eu_quads_conv_t *p, int32_t *wide)
{
    eu_quads_conv(in, out, p, wide, $name_loop, $unpack, $constants);
}
