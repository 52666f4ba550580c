/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_nibbles_conv_relu    tail=relu
 *     eu_nibbles_conv_linear  tail=linear
 */
/* A convolution with the tail $tail of eu_nibbles.c. */
static void $name(const int8_t *in, int8_t *out, const eu_panels_t *p, int32_t *panel)
{
    eu_panels_frame_t frame;
    eu_panels_start(&frame, out, p, panel);
    eu_panels_run(&frame, in, p, $name_loop);
}
