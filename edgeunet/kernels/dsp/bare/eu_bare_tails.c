/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_bare_saturated_tail   tail=saturated end=store
 *     eu_bare_clamped_tail     tail=clamped end=store_clamped
 *     eu_bare_linear_tail      tail=linear end=store
 *     eu_bare_add_relu_tail    tail=relu end=add_store
 *     eu_bare_add_linear_tail  tail=linear end=add_store
 */
/* A tail: the values of four channels, and what is done with them. */
EU_NAKED static void $name(void)
{
    __asm__(".syntax unified\n\t" EU_BARE_$TAIL EU_BARE_$END);
}
