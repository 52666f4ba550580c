/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_tall_add.c. */
static void eu_tall_added(const int8_t *in, const int8_t *other, int8_t *out, const eu_tall_add_t *p, int32_t *wide,
                          eu_tall_code_t *tail)
{
    const int32_t groups = p->in.pass_groups * p->in.passes;
    for (int32_t first = 0; first < p->rows; first += 4) {
        const int32_t live = p->rows - first < 4 ? p->rows - first : 4;
        const int32_t *w = p->weights;
        eu_tall_gather(in + first * p->in.step, p->in.step, live, &p->in, wide + 4);
        for (int32_t n = 0; n < p->outputs; n++) {
            int32_t sums[4] = {0, 0, 0, 0};
            eu_tall_sum_up(wide + 4, w, groups, sums);
            w = tail(w + groups, p->scale, sums);
            for (int32_t r = 0; r < live; r++) {
                const int32_t added =
                    sums[r] * p->slope + other[(first + r) * p->other_step + n] * p->other_slope + p->add_offset;
                out[(first + r) * p->out_step + n] = (int8_t)eu_tall_cut(added >> 20);
            }
        }
    }
}
