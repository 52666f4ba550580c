/* 1x1 convolution of a single channel. A result depends on one int8 value, so multiplication and requantization are one straight
 * line per output channel:
 *
 *     u = min(max((in[r] * slope[n] + offset[n]) >> 20, 0), 255)
 *     out[r * out_step + n] = min(u, high - low) + low + zero_point           (as in eu_quads.c)
 *
 * That this equals TFLite's arithmetic, and that no sum leaves int32, is checked for all 256 inputs and every channel when the kernel is
 * chosen (docs/DSP_KERNELS.md). Inputs lie without gaps; outputs is a multiple of four. */
typedef struct {
    const int32_t *lines; /* per quad: slope[4], offset[4] */
    int32_t rows;
    int32_t out_step;
    int32_t outputs;
    uint32_t above; /* see eu_quads.c */
    uint32_t below;
} eu_single_conv_clamped_t;

typedef struct {
    int32_t out_step;     /* r1 */
    const int8_t *end;    /* r2 */
    const int32_t *lines; /* r3 */
    int8_t *out;          /* r4, then lr */
    uint32_t above;
    uint32_t below;
    const int8_t *in;
} eu_single_conv_clamped_rows_t;

static void eu_single_conv_clamped_loop(const eu_single_conv_clamped_rows_t *p)
{
    int8_t *out = p->out;
    for (const int8_t *in = p->in; in != p->end; in++) {
        int32_t values[4];
        for (int32_t n = 0; n < 4; n++) {
            values[n] = eu_quads_cut((*in * p->lines[n] + p->lines[4 + n]) >> 20, 0, 255);
        }
        eu_quads_store(out, values, p->above, p->below, EU_QUADS_CLAMPED);
        out += p->out_step;
    }
}

static void eu_single_conv_clamped(const int8_t *in, int8_t *out, const eu_single_conv_clamped_t *p)
{
    for (int32_t n = 0; n < p->outputs; n += 4) {
        const eu_single_conv_clamped_rows_t frame = {
            p->out_step, in + p->rows, p->lines + 2 * n, out + n, p->above, p->below, in};
        eu_single_conv_clamped_loop(&frame);
    }
}
