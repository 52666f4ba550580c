/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_quads_sum_clamped_loop         tail=clamped window=one
 *     eu_quads_sum_clamped_runs_loop    tail=clamped window=runs
 *     eu_quads_sum_saturated_loop       tail=saturated window=one
 *     eu_quads_sum_saturated_runs_loop  tail=saturated window=runs
 *     eu_quads_sum_linear_loop          tail=linear window=one
 *     eu_quads_sum_linear_runs_loop     tail=linear window=runs
 */
/* All rows of a quad: two chains by the form of the windows (eu_quads_sum.c), then a tail (eu_quads.c). */
EU_NAKED static void $name(EU_UNUSED const eu_quads_sum_rows_t *frame)
{
    __asm__(EU_QUADS_SUM_$WINDOW EU_QUADS_$TAIL EU_QUADS_SUM_LEAVE);
}
