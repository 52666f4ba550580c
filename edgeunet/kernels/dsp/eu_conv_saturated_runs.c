/* eu_conv_saturated.c for windows of several runs of equal length (taps that do not follow each other without gaps, or more than 64
 * inputs): the inputs of run t start at in[r * in_step + t * (4 * groups + run_gap)], the weights of all runs follow each other. */
typedef struct {
    const int32_t *weights; /* per quad: bias[4], runs x groups x 4 words, multiplier[4], offset[4] */
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t outputs;
    int32_t block; /* rows done before any input of later rows is overwritten */
    int32_t groups; /* per run */
    int32_t runs;
    int32_t run_gap;
    int32_t base;
} eu_conv_saturated_runs_t;

EU_NAKED static void eu_conv_saturated_runs_loop(EU_UNUSED const eu_quad_rows_t *frame)
{
    __asm__(EU_QUAD_ENTER(EU_QUAD_KEEP_RUNS) EU_QUAD_CHAIN("28") EU_QUAD_NEXT_RUN EU_QUAD_SCALE("ssat") EU_QUAD_STORE_BYTES EU_QUAD_LEAVE("8"));
}

static void eu_conv_saturated_runs(const int8_t *in, int8_t *out, const eu_conv_saturated_runs_t *p, int32_t *wide)
{
    const eu_quad_rows_t frame = {wide, p->out_step, in, 0, 0, p->in_step - p->runs * 4 * p->groups - (p->runs - 1) * p->run_gap, in, out,
                                  p->groups, 0, p->run_gap, {0, 0, 0, 0}};
    const int32_t groups = p->runs * p->groups;
    for (int32_t first = 0; first < p->rows; first += p->block) {
        const int32_t rows = p->rows - first < p->block ? p->rows - first : p->block;
        for (int32_t n = (p->outputs - 1) / 4 * 4; n >= 0; n -= 4) {
            eu_quad_rows_t quad = frame;
            quad.last = eu_quad_unpack(p->weights + n / 4 * (12 + 4 * groups), wide, groups, p->base);
            quad.in += first * p->in_step;
            quad.out += first * p->out_step + n;
            eu_quad_rows(eu_conv_saturated_runs_loop, quad, rows, p->in_step, p->outputs - n < 4 ? p->outputs - n : 4);
        }
    }
}
