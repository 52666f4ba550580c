/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_elementwise_add_clamped.c. */
static int32_t eu_elementwise_add_clamped_bound(uint32_t splat)
{
    return (int32_t)((splat & 255U) ^ 128U) - 128;
}

static void eu_elementwise_add_clamped_row(const int8_t *a, const int8_t *b, int8_t *out,
                                           const eu_elementwise_add_clamped_t *p)
{
    const int32_t low = eu_elementwise_add_clamped_bound(p->low);
    const int32_t high = eu_elementwise_add_clamped_bound(p->high);
    for (int32_t c = 0; c < 4 * p->words; c++) {
        const int32_t sum = (a[c] * p->a_slope + b[c] * p->b_slope + p->offset) >> 20;
        out[c] = (int8_t)(sum < low ? low : sum > high ? high : sum);
    }
}

static void eu_elementwise_add_clamped(const int8_t *a, const int8_t *b, int8_t *out,
                                       const eu_elementwise_add_clamped_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        eu_elementwise_add_clamped_row(a, b, out, p);
        a += p->a_pitch;
        b += p->b_pitch;
        out += p->out_pitch;
    }
}
