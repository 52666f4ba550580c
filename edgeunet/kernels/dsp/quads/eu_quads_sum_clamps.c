/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_quads_sum_clamped       tail=clamped
 *     eu_quads_sum_clamped_runs  tail=clamped
 */
/* eu_quads_sum_tails.c with the tail clamped, which wants its bounds. */
static void $name(const int8_t *a, const int8_t *b, int8_t *out, const eu_quads_sum_clamped_t *p, int32_t *wide)
{
    const int32_t groups = p->sum.a_runs * p->sum.a_groups + p->sum.b_runs * p->sum.b_groups;
    for (int32_t first = 0; first < p->sum.groups; first += p->sum.block) {
        const int32_t *packed = p->weights;
        eu_quads_sum_rows_t frame;
        eu_quads_sum_frame(&frame, a, b, out, first, &p->sum, wide);
        frame.above = p->above;
        frame.below = p->below;
        for (int32_t n = 0; n < p->sum.outputs; n += 4) {
            eu_quads_unpack(packed, wide, groups, p->scale);
            $name_loop(&frame);
            packed += 8 + 4 * groups;
            frame.out += 4;
        }
    }
}
