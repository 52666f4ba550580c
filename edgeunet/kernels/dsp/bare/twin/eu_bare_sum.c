/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for a convolution over two signals without scratch memory share (see eu_quads_sum.c): `repeat` output rows for each row of
 * the first signal. */
static void eu_bare_sum(const int8_t *a, const int8_t *b, int8_t *out, const eu_bare_sum_t *p, eu_bare_tail_t *tail)
{
    const eu_bare_window_t *const windows[2] = {&p->a, &p->b};
    for (int32_t r = 0; r < p->groups * p->repeat; r++) {
        const int8_t *const row[2] = {a + r / p->repeat * p->a.step, b + r * p->b.step};
        eu_bare_row(row, windows, out + r * p->out_step, p->weights, p->outputs, p->scale, tail);
        eu_bare_clamp(out + r * p->out_step, p->outputs, p->above, p->below);
    }
}
