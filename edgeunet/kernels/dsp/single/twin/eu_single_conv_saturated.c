/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_single_conv_saturated.c. */
static void eu_single_conv_saturated_loop(const eu_single_conv_saturated_rows_t *p)
{
    int8_t *out = p->out;
    for (const int8_t *in = p->in; in != p->end; in++) {
        for (int32_t n = 0; n < 4; n++) {
            out[n] = (int8_t)eu_quads_cut((*in * p->lines[n] + p->lines[4 + n]) >> 20, -128, 127);
        }
        out += p->out_step;
    }
}

static void eu_single_conv_saturated(const int8_t *in, int8_t *out, const eu_single_conv_saturated_t *p)
{
    for (int32_t n = 0; n < p->outputs; n += 4) {
        const eu_single_conv_saturated_rows_t frame = {p->out_step, in + p->rows, p->lines + 2 * n, out + n, 0, 0, in};
        eu_single_conv_saturated_loop(&frame);
    }
}
