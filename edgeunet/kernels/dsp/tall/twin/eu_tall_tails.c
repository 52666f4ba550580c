/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_tall_saturated_tail   value=scale
 *     eu_tall_relu_tail        value=scale_relu
 *     eu_tall_linear_tail      value=round
 *     eu_tall_add_relu_tail    value=scale_relu
 *     eu_tall_add_linear_tail  value=round
 */
/* A tail. */
static const int32_t *$name(const int32_t *constants, int32_t scale, int32_t *sums)
{
    return eu_tall_$value(constants, scale, sums);
}
