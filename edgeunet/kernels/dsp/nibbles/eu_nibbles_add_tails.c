/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_nibbles_add_relu    tail=relu
 *     eu_nibbles_add_linear  tail=linear
 */
/* A convolution with the tail $tail and an addition: see eu_panels_add.c. */
static void $name(const int8_t *in, const int8_t *other, int8_t *out, const eu_panels_add_t *p, int32_t *panel)
{
    eu_panels_frame_t frame;
    eu_panels_start(&frame, out, &p->conv, panel);
    frame.other = (int32_t)((intptr_t)other - (intptr_t)out);
    frame.slope = p->slope;
    frame.other_slope = p->other_slope;
    frame.add_offset = p->add_offset;
    eu_panels_run(&frame, in, &p->conv, $name_loop);
}
