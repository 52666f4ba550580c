/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_tall_sum.c. */
static void eu_tall_sum(const int8_t *a, const int8_t *b, int8_t *out, const eu_tall_sum_t *p, int32_t *wide,
                        eu_tall_code_t *tail)
{
    const int32_t a_groups = p->a.pass_groups * p->a.passes;
    const int32_t b_groups = p->b.pass_groups * p->b.passes;
    const int32_t b_step = p->repeat * p->b.step;
    for (int32_t first = 0; first < p->groups; first += 4) {
        const int32_t live = p->groups - first < 4 ? p->groups - first : 4;
        const int32_t *w = p->weights;
        int32_t *t = eu_tall_gather(a + first * p->a.step, p->a.step, live, &p->a, wide + 4);
        for (int32_t phase = 0; phase < p->repeat; phase++) {
            t = eu_tall_gather(b + first * b_step + phase * p->b.step, b_step, live, &p->b, t);
        }
        for (int32_t n = 0; n < p->outputs; n++) {
            int32_t first_sums[4] = {0, 0, 0, 0};
            const int32_t *in = eu_tall_sum_up(wide + 4, w, a_groups, first_sums);
            const int32_t *end = w;
            for (int32_t phase = 0; phase < p->repeat; phase++) {
                int32_t sums[4] = {first_sums[0], first_sums[1], first_sums[2], first_sums[3]};
                in = eu_tall_sum_up(in, w + a_groups, b_groups, sums);
                end = tail(w + a_groups + b_groups, p->scale, sums);
                for (int32_t r = 0; r < live; r++) {
                    out[((first + r) * p->repeat + phase) * p->out_step + n] = (int8_t)sums[r];
                }
            }
            w = end;
        }
    }
}
