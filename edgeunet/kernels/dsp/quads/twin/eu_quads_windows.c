/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of the row loops over one signal (eu_quads_windows.c): same frame, same packing. */

/* A whole row loop. `last` says that the last four inputs come apart (EU_QUADS_LAST), `adds` that a signal is added. */
static void eu_quads_loop(const eu_quads_rows_t *p, eu_quads_scale_t scale, int32_t last, int32_t adds)
{
    const int8_t *in = p->in;
    for (int8_t *out = p->out; in != p->end; out += p->out_step) {
        int32_t sums[4] = {p->wide[0], p->wide[1], p->wide[2], p->wide[3]};
        const int32_t *w = eu_quads_add_up(in, p->wide + 4, p->groups, sums);
        in += 4 * p->groups;
        if (last) {
            w = eu_quads_add_up(in + p->run_gap, w, 1, sums);
        }
        while (w != p->last) {
            in += p->run_gap;
            w = eu_quads_add_up(in, w, p->groups, sums);
            in += 4 * p->groups;
        }
        eu_quads_scale(w, sums, scale);
        for (int32_t n = 0; adds && n < 4; n++) {
            sums[n] = eu_quads_cut((sums[n] * p->add[1] + out[p->add[0] + n] * p->add[2] + p->add[3]) >> 20, -128, 127);
        }
        eu_quads_store(out, sums, p->above, p->below, scale);
        in += p->gap;
    }
}
