/* eu_conv_clamped.c for windows of several runs of equal length (taps that do not follow each other without gaps, or more than 48
 * inputs): the inputs of run t start at in[r * in_step + t * (4 * groups + run_gap)], the weights of all runs follow each other. */
static void eu_conv_clamped_runs_loop(const eu_quad_rows_t *frame)
{
    eu_quad_loop(frame, EU_QUAD_CLAMPED, 0, 0);
}

static void eu_conv_clamped_runs(const int8_t *in, int8_t *out, const eu_quad_conv_t *p, int32_t *wide)
{
    eu_quad_conv(in, out, p, wide, eu_conv_clamped_runs_loop, eu_quad_unpack, 8);
}
