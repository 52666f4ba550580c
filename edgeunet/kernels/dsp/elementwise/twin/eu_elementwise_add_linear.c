/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_elementwise_add_linear.c. */
static void eu_elementwise_add_linear_row(const int8_t *a, const int8_t *b, int8_t *out,
                                          const eu_elementwise_add_linear_t *p)
{
    for (int32_t c = 0; c < 4 * p->words; c++) {
        const int32_t sum = (a[c] * p->a_slope + b[c] * p->b_slope + p->offset) >> 20;
        out[c] = (int8_t)(sum < -128 ? -128 : sum > 127 ? 127 : sum);
    }
}

static void eu_elementwise_add_linear(const int8_t *a, const int8_t *b, int8_t *out,
                                      const eu_elementwise_add_linear_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        eu_elementwise_add_linear_row(a, b, out, p);
        a += p->a_pitch;
        b += p->b_pitch;
        out += p->out_pitch;
    }
}
