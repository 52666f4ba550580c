/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_pairs_saturated_tail   value=saturated
 *     eu_pairs_clamped_tail     value=clamped
 *     eu_pairs_linear_tail      value=linear
 *     eu_pairs_add_relu_tail    value=add_relu
 *     eu_pairs_add_linear_tail  value=add_linear
 */
/* A tail. */
EU_NAKED static void $name(void)
{
    __asm__(EU_PAIRS_TAIL EU_QUADS_$VALUE EU_PAIRS_LEAVE);
}
