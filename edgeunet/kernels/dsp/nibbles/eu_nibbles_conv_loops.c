/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_nibbles_conv_relu_loop    tail=relu
 *     eu_nibbles_conv_linear_loop  tail=linear
 *     eu_nibbles_add_relu_loop     tail=add_relu
 *     eu_nibbles_add_linear_loop   tail=add_linear
 */
/* All channels of fours of rows: the sums, then a tail (eu_nibbles.c). */
EU_NAKED static void $name(EU_UNUSED const eu_panels_frame_t *frame)
{
    __asm__(EU_PANELS_SET_UP("112", "4") EU_PANELS_ENTER("4") "5:\n\tldr r12, [sp]\n\t" EU_PANELS_GATHER(
        "56") "ldr r1, [sp, #36]\n6:\n\tldr r0, [sp]\n\t" EU_NIBBLES_FIRST EU_NIBBLES_CHAIN
                EU_NIBBLES_$TAIL EU_PANELS_STORE "bcc.w 6b\n\t" EU_PANELS_NEXT("112"));
}
