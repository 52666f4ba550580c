/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_tall_saturated_tail   tail=saturated end=store
 *     eu_tall_relu_tail        tail=relu end=store
 *     eu_tall_linear_tail      tail=linear end=store
 *     eu_tall_add_relu_tail    tail=relu end=add_store
 *     eu_tall_add_linear_tail  tail=linear end=add_store
 */
/* A tail: constants, the values of four rows, and what is done with them. */
EU_NAKED static void $name(void)
{
    __asm__(".syntax unified\n\t" EU_TALL_$TAIL EU_TALL_$END);
}
