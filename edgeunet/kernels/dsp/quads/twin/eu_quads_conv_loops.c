/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_quads_conv_clamped_loop         tail=clamped last=0
 *     eu_quads_conv_clamped_runs_loop    tail=clamped last=0
 *     eu_quads_conv_clamped_any_loop     tail=clamped last=1
 *     eu_quads_conv_clamped_any_runs_loop  tail=clamped last=0
 *     eu_quads_conv_saturated_loop       tail=saturated last=0
 *     eu_quads_conv_saturated_runs_loop  tail=saturated last=0
 *     eu_quads_conv_saturated_any_loop   tail=saturated last=1
 *     eu_quads_conv_saturated_any_runs_loop  tail=saturated last=0
 *     eu_quads_conv_linear_loop          tail=linear last=0
 *     eu_quads_conv_linear_runs_loop     tail=linear last=0
 *     eu_quads_conv_linear_any_loop      tail=linear last=1
 *     eu_quads_conv_linear_any_runs_loop  tail=linear last=0
 */
/* All rows of a quad, then a tail. */
static void $name(const eu_quads_rows_t *frame)
{
    eu_quads_loop(frame, EU_QUADS_$TAIL, $last, 0);
}
