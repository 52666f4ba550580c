/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_single_conv_linear.c. */
static void eu_single_conv_linear_loop(const eu_single_conv_linear_rows_t *p)
{
    const int32_t *const c = p->constants;
    int8_t *out = p->out;
    for (const int8_t *in = p->in; in != p->end; in++) {
        const int32_t acc = *in * c[0] + c[1];
        const int64_t y = (((int64_t)acc * c[2] + ((int64_t)1 << 31)) >> 32) + c[3] + (acc < 0 ? -1 : 0);
        *out = (int8_t)eu_quads_cut(y >> c[4], -128, 127);
        out += p->out_step;
    }
}

static void eu_single_conv_linear(const int8_t *in, int8_t *out, const eu_single_conv_linear_t *p)
{
    const int32_t *lines = p->lines;
    const int32_t *rounded = p->rounded;
    for (int32_t n = 0; n < p->outputs; n += 4) {
        if (p->straight[n / 4]) {
            const eu_single_conv_saturated_t quad = {lines, p->rows, p->out_step, 4};
            eu_single_conv_saturated(in, out + n, &quad);
            lines += 8;
        } else {
            for (int32_t i = n; i < n + 4; i++) {
                const eu_single_conv_linear_rows_t channel = {in, in + p->rows, out + i, p->out_step, rounded};
                eu_single_conv_linear_loop(&channel);
                rounded += 5;
            }
        }
    }
}
