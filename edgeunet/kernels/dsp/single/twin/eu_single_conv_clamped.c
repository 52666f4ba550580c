/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_single_conv_clamped.c. */
static void eu_single_conv_clamped_loop(const eu_single_conv_clamped_rows_t *p)
{
    int8_t *out = p->out;
    for (const int8_t *in = p->in; in != p->end; in++) {
        int32_t values[4];
        for (int32_t n = 0; n < 4; n++) {
            values[n] = eu_quads_cut((*in * p->lines[n] + p->lines[4 + n]) >> 20, 0, 255);
        }
        eu_quads_store(out, values, p->above, p->below, EU_QUADS_CLAMPED);
        out += p->out_step;
    }
}

static void eu_single_conv_clamped(const int8_t *in, int8_t *out, const eu_single_conv_clamped_t *p)
{
    for (int32_t n = 0; n < p->outputs; n += 4) {
        const eu_single_conv_clamped_rows_t frame = {
            p->out_step, in + p->rows, p->lines + 2 * n, out + n, p->above, p->below, in};
        eu_single_conv_clamped_loop(&frame);
    }
}
