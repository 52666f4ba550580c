/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_nibbles_sum_saturated_loop  tail=saturated
 *     eu_nibbles_sum_relu_loop    tail=relu
 *     eu_nibbles_sum_linear_loop  tail=linear
 */
/* All channels of fours of rows of a and what they are repeated in: the sums, then a tail (eu_nibbles.c). */
EU_NAKED static void $name(EU_UNUSED const eu_panels_sum_frame_t *frame)
{
    __asm__(EU_PANELS_SET_UP("224", "8") EU_PANELS_ENTER("4") EU_PANELS_ENTER("112")
                EU_PANELS_ENTER("124") "5:\n\tldr r12, [sp]\n\t" EU_PANELS_GATHER("56")
                    EU_PANELS_GATHER("152") "ldr r1, [sp, #36]\n"
                                            "6:\n\tldr r0, [sp]\n\t" EU_NIBBLES_FIRST
                                            "ldr pc, [sp, #4]\n7:\n\t" EU_NIBBLES_CHAIN EU_PANELS_KEEP EU_NIBBLES_$TAIL
                                                EU_PANELS_STORE EU_PANELS_PHASE EU_PANELS_NEXT("224"));
}
