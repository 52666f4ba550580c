/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_bare_saturated_tail   tail=saturated
 *     eu_bare_clamped_tail     tail=clamped
 *     eu_bare_linear_tail      tail=linear
 *     eu_bare_add_relu_tail    tail=relu
 *     eu_bare_add_linear_tail  tail=linear
 */
/* A tail. */
static const int32_t *$name(const int32_t *constants, int32_t scale, int32_t *sums)
{
    return eu_bare_$tail(constants, scale, sums);
}
