/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_quads_conv_clamped_loop         tail=clamped window=one_48 kept=0
 *     eu_quads_conv_clamped_runs_loop    tail=clamped window=runs_48 kept=8
 *     eu_quads_conv_clamped_any_loop     tail=clamped window=any kept=8
 *     eu_quads_conv_clamped_any_runs_loop  tail=clamped window=any_runs kept=8
 *     eu_quads_conv_saturated_loop       tail=saturated window=one_48 kept=0
 *     eu_quads_conv_saturated_runs_loop  tail=saturated window=runs_48 kept=8
 *     eu_quads_conv_saturated_any_loop   tail=saturated window=any kept=8
 *     eu_quads_conv_saturated_any_runs_loop  tail=saturated window=any_runs kept=8
 *     eu_quads_conv_linear_loop          tail=linear window=one_64 kept=0
 *     eu_quads_conv_linear_runs_loop     tail=linear window=runs_64 kept=8
 *     eu_quads_conv_linear_any_loop      tail=linear window=any kept=8
 *     eu_quads_conv_linear_any_runs_loop  tail=linear window=any_runs kept=8
 */
/* All rows of a quad: the sums by the form of the window (eu_quads_conv.c), then a tail (eu_quads.c). */
EU_NAKED static void $name(EU_UNUSED const eu_quads_rows_t *frame)
{
    __asm__(EU_QUADS_$WINDOW EU_QUADS_$TAIL EU_QUADS_LEAVE("$kept"));
}
