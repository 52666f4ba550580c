/* eu_conv_clamped.c for a window of any 4 to 68 bytes at any address: groups of four inputs, then the last four, which may overlap them
 * (the weights of what was read before are zero then), so that no byte outside the window is read. */
typedef struct {
    const int32_t *weights; /* per quad: bias[4], (groups + 1) x 4 words, multiplier[4], offset[4] */
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t outputs;
    int32_t block; /* rows done before any input of later rows is overwritten */
    int32_t groups; /* before the last four inputs */
    int32_t last;   /* where those start behind the groups: 0 to -3 */
    int32_t base;
    uint32_t above; /* see eu_quad.c */
    uint32_t below;
} eu_conv_any_clamped_t;

EU_NAKED static void eu_conv_any_clamped_loop(EU_UNUSED const eu_quad_rows_t *frame)
{
    __asm__(EU_QUAD_ENTER(EU_QUAD_KEEP_LAST) EU_QUAD_ANY_CHAIN EU_QUAD_LAST EU_QUAD_SCALE("usat") EU_QUAD_STORE_CLAMPED EU_QUAD_LEAVE("8"));
}

static void eu_conv_any_clamped(const int8_t *in, int8_t *out, const eu_conv_any_clamped_t *p, int32_t *wide)
{
    const eu_quad_rows_t frame = {wide, p->out_step, in, p->above, p->below, p->in_step - 4 * p->groups, in, out, p->groups, 0, p->last, {0, 0, 0, 0}};
    for (int32_t first = 0; first < p->rows; first += p->block) {
        const int32_t rows = p->rows - first < p->block ? p->rows - first : p->block;
        for (int32_t n = (p->outputs - 1) / 4 * 4; n >= 0; n -= 4) {
            eu_quad_rows_t quad = frame;
            eu_quad_unpack(p->weights + n / 4 * (12 + 4 * (p->groups + 1)), wide, p->groups + 1, p->base);
            quad.in += first * p->in_step;
            quad.out += first * p->out_step + n;
            eu_quad_rows(eu_conv_any_clamped_loop, quad, rows, p->in_step, p->outputs - n < 4 ? p->outputs - n : 4);
        }
    }
}
