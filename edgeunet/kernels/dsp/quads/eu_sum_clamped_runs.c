/* Convolution over two signals side by side that are never put side by side, the first perhaps at a lower rate:
 *
 *     acc[r][n] = bias[n] + sum over runs and k of a[(r / repeat) * a_step + ..] * w[n][..]
 *                         + sum over runs and k of b[r * b_step + ..] * w[n][..]
 *
 * then as eu_conv_clamped.c. int32 sums may be made in any order, so this is the convolution over concat(upsample(a), b).
 * Windows of several runs of at most 48 bytes. The sum of a is kept while its row is repeated. */
typedef struct {
    const int32_t *weights; /* per quad: weights of a, weights of b, multiplier[4], offset[4] */
    int32_t scale; /* shift of the offsets */
    uint32_t above; /* see eu_quad.c */
    uint32_t below;
    eu_sum_t sum;
} eu_sum_clamped_runs_t;

EU_NAKED static void eu_sum_clamped_runs_loop(EU_UNUSED const eu_sum_rows_t *frame)
{
    __asm__(EU_SUM_CHAINS(EU_SUM_NEXT_A, EU_SUM_NEXT_B) EU_QUAD_SCALE("usat") EU_QUAD_STORE_CLAMPED EU_SUM_LEAVE);
}

static void eu_sum_clamped_runs(const int8_t *a, const int8_t *b, int8_t *out, const eu_sum_clamped_runs_t *p, int32_t *wide)
{
    const int32_t groups = p->sum.a_runs * p->sum.a_groups + p->sum.b_runs * p->sum.b_groups;
    for (int32_t first = 0; first < p->sum.groups; first += p->sum.block) {
        const int32_t *packed = p->weights;
        eu_sum_rows_t frame;
        eu_sum_frame(&frame, a, b, out, first, &p->sum, wide);
        frame.above = p->above;
        frame.below = p->below;
        for (int32_t n = 0; n < p->sum.outputs; n += 4) {
            eu_quad_unpack(packed, wide, groups, p->scale);
            eu_sum_clamped_runs_loop(&frame);
            packed += 8 + 4 * groups;
            frame.out += 4;
        }
    }
}
