/* Convolution whose window is one run of at most 64 bytes (multiple of 4), clamped from below at its zero point or higher:
 *
 *     acc[r][n] = bias[n] + sum over k < 4 * groups of in[r * in_step + k] * w[n][k]
 *     u = min(max((acc * multiplier[n] + offset[n]) >> 36, 0), 255)             offset = offset[n] + base * 2^32
 *     out[r * out_step + n] = min(u, high - low) + low + zero_point
 *
 * |acc| < 2^31 is proven per channel; 0 < multiplier < 2^31, so the 64-bit sum is below 2^62 + 2^43. That this equals the
 * doubly rounded requantization is decided per channel by emit/one_multiply.py, for every accumulator that can occur.
 * The four bytes of a quad are added with unsigned saturation (UQADD8), which cuts at high, then moved to their place. */
typedef struct {
    const int32_t *weights; /* per quad: bias[4], groups x 4 words, multiplier[4], offset[4] */
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t outputs;
    int32_t block; /* rows done before any input of later rows is overwritten */
    int32_t groups;
    int32_t base;
    uint32_t above; /* see eu_quad.c */
    uint32_t below;
} eu_conv_clamped_t;

EU_NAKED static void eu_conv_clamped_loop(EU_UNUSED const eu_quad_rows_t *frame)
{
    __asm__(EU_QUAD_ENTER("") EU_QUAD_CHAIN("28") EU_QUAD_SCALE("usat") EU_QUAD_STORE_CLAMPED EU_QUAD_LEAVE("0"));
}

static void eu_conv_clamped(const int8_t *in, int8_t *out, const eu_conv_clamped_t *p, int32_t *wide)
{
    const eu_quad_rows_t frame = {wide, p->out_step, in, p->above, p->below, p->in_step - 4 * p->groups, in, out, p->groups, 0, 0, {0, 0, 0, 0}};
    for (int32_t first = 0; first < p->rows; first += p->block) {
        const int32_t rows = p->rows - first < p->block ? p->rows - first : p->block;
        for (int32_t n = (p->outputs - 1) / 4 * 4; n >= 0; n -= 4) {
            eu_quad_rows_t quad = frame;
            eu_quad_unpack(p->weights + n / 4 * (12 + 4 * p->groups), wide, p->groups, p->base);
            quad.in += first * p->in_step;
            quad.out += first * p->out_step + n;
            eu_quad_rows(eu_conv_clamped_loop, quad, rows, p->in_step, p->outputs - n < 4 ? p->outputs - n : 4);
        }
    }
}
