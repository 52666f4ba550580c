/* What the kernels for a convolution without scratch memory, with an int8 signal added to its int8 result, share:
 *
 *     out[r * out_step + n] = min(max((t * slope + other[r * other_step + n] * other_slope + add_offset) >> 20, -128), 127)
 *
 * with t by a tail of eu_bare.c; the outputs are a multiple of four. Both roundings are kept; exactness and bounds as in
 * eu_elementwise_add_linear.c. out may be other: four values are read before the first is written. */
typedef struct {
    const int32_t *weights; /* as in eu_bare_t */
    int32_t rows;
    int32_t out_step;
    int32_t outputs;
    int32_t scale;
    eu_bare_window_t in;
    int32_t other_step;
    int32_t slope;
    int32_t other_slope;
    int32_t add_offset;
} eu_bare_add_t;

static void eu_bare_added(const int8_t *in, const int8_t *other, int8_t *out, const eu_bare_add_t *p,
                          eu_bare_tail_t *tail)
{
    const eu_bare_window_t *const windows[2] = {&p->in, NULL};
    for (int32_t r = 0; r < p->rows; r++) {
        const int8_t *const row[2] = {in + r * p->in.step, NULL};
        const int32_t *weights = p->weights;
        for (int32_t n = 0; n < p->outputs; n += 4) {
            int8_t values[4];
            weights = eu_bare_row(row, windows, values, weights, 4, p->scale, tail);
            for (int32_t c = 0; c < 4; c++) {
                const int32_t added =
                    values[c] * p->slope + other[r * p->other_step + n + c] * p->other_slope + p->add_offset;
                out[r * p->out_step + n + c] = (int8_t)eu_bare_cut(added >> 20, -128, 127);
            }
        }
    }
}
