/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_quads_add_relu_loop    tail=add_relu
 *     eu_quads_add_linear_loop  tail=add_linear
 */
/* All rows of a quad, with the addition. */
EU_NAKED static void $name(EU_UNUSED const eu_quads_rows_t *frame)
{
    __asm__(EU_QUADS_ADDING EU_QUADS_$TAIL EU_QUADS_LEAVE("16"));
}
