/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_quads_sum_clamped_loop         tail=clamped
 *     eu_quads_sum_clamped_runs_loop    tail=clamped
 *     eu_quads_sum_saturated_loop       tail=saturated
 *     eu_quads_sum_saturated_runs_loop  tail=saturated
 *     eu_quads_sum_linear_loop          tail=linear
 *     eu_quads_sum_linear_runs_loop     tail=linear
 */
/* All rows of a quad, then a tail. */
static void $name(const eu_quads_sum_rows_t *frame)
{
    eu_quads_sum_loop(frame, EU_QUADS_$TAIL);
}
