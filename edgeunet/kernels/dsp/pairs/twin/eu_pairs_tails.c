/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_pairs_saturated_tail   value=saturated
 *     eu_pairs_clamped_tail     value=clamped
 *     eu_pairs_linear_tail      value=linear
 *     eu_pairs_add_relu_tail    value=relu
 *     eu_pairs_add_linear_tail  value=linear
 */
/* A tail. */
static eu_quads_scale_t $name(void)
{
    return EU_QUADS_$VALUE;
}
