/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_quads_sum_saturated       tail=saturated unpack=eu_quads_unpack constants=8
 *     eu_quads_sum_saturated_runs  tail=saturated unpack=eu_quads_unpack constants=8
 *     eu_quads_sum_linear          tail=linear unpack=eu_quads_unpack_doubled constants=9
 *     eu_quads_sum_linear_runs     tail=linear unpack=eu_quads_unpack_doubled constants=9
 */
/* Convolution over two signals side by side that are never put side by side, the first perhaps at a lower rate:
 *
 *     acc[r][n] = bias[n] + sum over runs and k of a[(r / repeat) * a_step + ..] * w[n][..]
 *                         + sum over runs and k of b[r * b_step + ..] * w[n][..]
 *
 * then the tail $tail (eu_quads.c). int32 sums may be made in any order, so this is the convolution over concat(upsample(a), b).
 * The window over each signal is one run of at most 48 bytes, or, where the name says so, several. The sum of a is kept while its row is
 * repeated. */
static void $name(const int8_t *a, const int8_t *b, int8_t *out, const eu_quads_sum_t *p, int32_t *wide)
{
    const int32_t groups = p->sum.a_runs * p->sum.a_groups + p->sum.b_runs * p->sum.b_groups;
    for (int32_t first = 0; first < p->sum.groups; first += p->sum.block) {
        const int32_t *packed = p->weights;
        eu_quads_sum_rows_t frame;
        eu_quads_sum_frame(&frame, a, b, out, first, &p->sum, wide);
        for (int32_t n = 0; n < p->sum.outputs; n += 4) {
            $unpack(packed, wide, groups, p->scale);
            $name_loop(&frame);
            packed += $constants + 4 * groups;
            frame.out += 4;
        }
    }
}
