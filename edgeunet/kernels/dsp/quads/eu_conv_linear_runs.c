/* eu_conv_linear.c for windows of several runs of equal length (taps that do not follow each other without gaps, or more than 64
 * inputs): the inputs of run t start at in[r * in_step + t * (4 * groups + run_gap)], the weights of all runs follow each other. */
EU_NAKED static void eu_conv_linear_runs_loop(EU_UNUSED const eu_quad_rows_t *frame)
{
    __asm__(EU_QUAD_ENTER(EU_QUAD_KEEP_RUNS, EU_QUAD_ENTRIES_64) EU_QUAD_CHAIN_64("28") EU_QUAD_NEXT_RUN EU_QUAD_ROUND EU_QUAD_STORE_BYTES EU_QUAD_LEAVE("8"));
}

static void eu_conv_linear_runs(const int8_t *in, int8_t *out, const eu_quad_conv_t *p, int32_t *wide)
{
    eu_quad_conv(in, out, p, wide, eu_conv_linear_runs_loop, eu_quad_unpack_doubled, 9);
}
