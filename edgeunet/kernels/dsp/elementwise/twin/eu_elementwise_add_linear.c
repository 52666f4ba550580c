/* Sum of two int8 signals on different scales, as one straight line per operand:
 *
 *     out = min(max((a * a_slope + b * b_slope + offset) >> 20, -128), 127)
 *
 * That this equals TFLite's three requantizations is checked for all 65,536 pairs of operands when the kernel is chosen
 * (docs/DSP_KERNELS.md), and that no sum leaves int32. Rows are whole words at multiples of four bytes; out may be a or b.
 * Four values per word, 6.3 instructions each. */
typedef struct {
    int32_t rows;
    int32_t words; /* per row */
    int32_t a_pitch;
    int32_t b_pitch;
    int32_t out_pitch;
    int32_t a_slope;
    int32_t b_slope;
    int32_t offset;
} eu_elementwise_add_linear_t;

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
