/* Sum of two int8 signals on different scales, as one straight line per operand, clamped:
 *
 *     out = min(max((a * a_slope + b * b_slope + offset) >> 20, low), high)
 *
 * That this equals TFLite's three requantizations is checked for all 65,536 pairs of operands when the kernel is chosen
 * (docs/DSP_KERNELS.md), and that no sum leaves int32. Rows are whole words at any address; out may be a or b.
 * Four values per word, 7.3 instructions each. */
typedef struct {
    int32_t rows;
    int32_t words; /* per row */
    int32_t a_pitch;
    int32_t b_pitch;
    int32_t out_pitch;
    int32_t a_slope;
    int32_t b_slope;
    int32_t offset;
    uint32_t low; /* four times in a word */
    uint32_t high;
} eu_elementwise_add_clamped_t;

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
