/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_bare_add.c. */
static void eu_bare_added(const int8_t *in, const int8_t *other, int8_t *out, const eu_bare_add_t *p,
                          eu_bare_tail_t *tail)
{
    const eu_bare_window_t *const windows[2] = {&p->in, NULL};
    for (int32_t r = 0; r < p->rows; r++) {
        const int8_t *const row[2] = {in + r * p->in.step, NULL};
        const int32_t *weights = p->weights;
        for (int32_t n = 0; n < p->outputs; n += 4) {
            int8_t values[4];
            weights = eu_bare_row(row, windows, values, weights, 4, p->scale, tail);
            for (int32_t c = 0; c < 4; c++) {
                const int32_t added =
                    values[c] * p->slope + other[r * p->other_step + n + c] * p->other_slope + p->add_offset;
                out[r * p->out_step + n + c] = (int8_t)eu_bare_cut(added >> 20, -128, 127);
            }
        }
    }
}
