/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of the row loops over two signals (eu_quads_sum_chains.c): same frame, same packing. */
static const int32_t *eu_quads_sum_runs(const int8_t **in, const int32_t *wide, const int32_t *last, int32_t groups,
                                        int32_t gap, int32_t *sums)
{
    for (;;) {
        wide = eu_quads_add_up(*in, wide, groups, sums);
        *in += 4 * groups;
        if (wide == last) {
            return wide;
        }
        *in += gap;
    }
}

static void eu_quads_sum_loop(const eu_quads_sum_rows_t *p, eu_quads_scale_t scale)
{
    const int8_t *a = p->a;
    const int8_t *b = p->b;
    int8_t *out = p->out;
    while (b != p->b_end) {
        const int8_t *const group_end = b + p->b_group_step;
        int32_t first[4] = {p->a_wide[0], p->a_wide[1], p->a_wide[2], p->a_wide[3]};
        eu_quads_sum_runs(&a, p->a_wide + 4, p->a_last, p->a_groups, p->a_run_gap, first);
        a += p->a_gap;
        while (b != group_end) {
            int32_t sums[4] = {first[0], first[1], first[2], first[3]};
            eu_quads_scale(eu_quads_sum_runs(&b, p->b_wide, p->b_last, p->b_groups, p->b_run_gap, sums), sums, scale);
            eu_quads_store(out, sums, p->above, p->below, scale);
            b += p->b_gap;
            out += p->out_step;
        }
    }
}
