/* Convolution with RELU, and an int8 signal added to its int8 result, without that result ever being stored:
 *
 *     acc[r][n] = bias[n] + sum over k < 4 * groups of in[r * in_step + k] * w[n][k]
 *     t = min((max(acc, 0) * multiplier[n] + offset[n]) >> 36, 127)             offset = offset[n] * 2^scale
 *     out[r * out_step + n] = min(max((t * slope + other[r * other_step + n] * other_slope + add_offset) >> 20, -128), 127)
 *
 * Both roundings are kept; exactness and bounds as in eu_conv_clamped.c and eu_add_linear.c. outputs is a multiple of four.
 * out may be other. Where the two have different steps the rows run one by one. */
typedef struct {
    const int32_t *weights; /* per quad: bias[4], groups x 4 words, multiplier[4], offset[4] */
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t other_step;
    int32_t outputs;
    int32_t block; /* rows done before any input of later rows is overwritten */
    int32_t groups;
    int32_t scale; /* shift of the offsets, or the convolution's zero point */
    int32_t slope;
    int32_t other_slope;
    int32_t add_offset;
} eu_conv_relu_add_t;

EU_NAKED static void eu_conv_relu_add_loop(EU_UNUSED const eu_quad_rows_t *frame)
{
    __asm__(EU_QUAD_ENTER(EU_QUAD_KEEP_ADD, EU_QUAD_ENTRIES_48) EU_QUAD_CHAIN_48("28") EU_QUAD_RELU EU_QUAD_SCALE("ssat") EU_QUAD_ADD EU_QUAD_STORE_BYTES
                EU_QUAD_LEAVE("16"));
}

static void eu_conv_relu_add(const int8_t *in, const int8_t *other, int8_t *out, const eu_conv_relu_add_t *p, int32_t *wide)
{
    eu_quad_rows_t frame = {
        wide, p->out_step, in, 0, 0, p->in_step - 4 * p->groups, in, out, p->groups, wide, 0,
        {(int32_t)((intptr_t)other - (intptr_t)out), p->slope, p->other_slope, p->add_offset}};
    const int32_t together = p->other_step == p->out_step ? p->block : 1;
    for (int32_t first = 0; first < p->rows; first += p->block) {
        const int32_t end = p->rows - first < p->block ? p->rows : first + p->block;
        const int32_t *packed = p->weights;
        for (int32_t n = 0; n < p->outputs; n += 4) {
            eu_quad_unpack(packed + 4, wide, p->groups, p->scale);
            memcpy(wide, packed, 16);
            packed += 12 + 4 * p->groups;
            for (int32_t r = first; r < end; r += together) {
                const int32_t count = end - r < together ? end - r : together;
                frame.in = in + r * p->in_step;
                frame.end = frame.in + count * p->in_step;
                frame.out = out + r * p->out_step + n;
                frame.add[0] = (int32_t)((intptr_t)other - (intptr_t)out) + r * (p->other_step - p->out_step);
                eu_conv_relu_add_loop(&frame);
            }
        }
    }
}
