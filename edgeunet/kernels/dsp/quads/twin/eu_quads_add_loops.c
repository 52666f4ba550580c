/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_quads_add_relu_loop    tail=relu
 *     eu_quads_add_linear_loop  tail=linear
 */
/* All rows of a quad, with the addition; the window is one run, so that the frame's `last` is not set. */
static void $name(const eu_quads_rows_t *frame)
{
    eu_quads_rows_t one_run = *frame;
    one_run.last = frame->wide + 4 + 8 * frame->groups;
    eu_quads_loop(&one_run, EU_QUADS_$TAIL, 0, 1);
}
