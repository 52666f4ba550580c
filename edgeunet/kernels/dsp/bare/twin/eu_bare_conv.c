/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* A convolution without scratch memory; what the kernels named eu_bare_ share. */
static void eu_bare_conv(const int8_t *in, int8_t *out, const eu_bare_t *p, eu_bare_tail_t *tail)
{
    const eu_bare_window_t *const windows[2] = {&p->in, NULL};
    for (int32_t r = 0; r < p->rows; r++) {
        const int8_t *const row[2] = {in + r * p->in.step, NULL};
        eu_bare_row(row, windows, out + r * p->out_step, p->weights, p->outputs, p->scale, tail);
        eu_bare_clamp(out + r * p->out_step, p->outputs, p->above, p->below);
    }
}
