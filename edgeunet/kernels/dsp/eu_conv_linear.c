/* Convolution whose window is one run of at most 64 bytes (multiple of 4), without activation:
 *
 *     acc[r][n] = 2 * (bias[n] + sum over k < 4 * groups of in[r * in_step + k] * w[n][k])
 *     y = (acc * multiplier[n] + 2^31 >> 32) + rounding[n] + (acc >> 31)     rounding = 2^(shift-1) + zero_point * 2^shift
 *     out[r * out_step + n] = min(max(y >> shift[n], -128), 127)
 *
 * Doubling is done on the widened weights. |acc| < 2^31 and |y| < 2^31 are proven per channel; shift >= 1. The first sum is
 * SaturatingRoundingDoublingHighMul; adding -1 for negative acc instead of negative y differs only where y = 0, and there
 * rounding absorbs it (0 <= 2^(shift-1) - 1). So this is TFLite's double rounding, always. */
typedef struct {
    const int32_t *weights; /* per quad: bias[4], groups x 4 words, multiplier[4], rounding[4], shift[4] */
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t outputs;
    int32_t block; /* rows done before any input of later rows is overwritten */
    int32_t groups;
} eu_conv_linear_t;

EU_NAKED static void eu_conv_linear_loop(EU_UNUSED const eu_quad_rows_t *frame)
{
    __asm__(EU_QUAD_ENTER("") EU_QUAD_CHAIN("28") EU_QUAD_ROUND EU_QUAD_STORE_BYTES EU_QUAD_LEAVE("0"));
}

static void eu_conv_linear(const int8_t *in, int8_t *out, const eu_conv_linear_t *p, int32_t *wide)
{
    const eu_quad_rows_t frame = {wide, p->out_step, in, 0, 0, p->in_step - 4 * p->groups, in, out, p->groups, 0, 0, {0, 0, 0, 0}};
    for (int32_t first = 0; first < p->rows; first += p->block) {
        const int32_t rows = p->rows - first < p->block ? p->rows - first : p->block;
        for (int32_t n = (p->outputs - 1) / 4 * 4; n >= 0; n -= 4) {
            eu_quad_rows_t quad = frame;
            eu_quad_unpack_doubled(p->weights + n / 4 * (16 + 4 * p->groups), wide, p->groups);
            quad.in += first * p->in_step;
            quad.out += first * p->out_step + n;
            eu_quad_rows(eu_conv_linear_loop, quad, rows, p->in_step, p->outputs - n < 4 ? p->outputs - n : 4);
        }
    }
}
