/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* A convolution with both operands widened; what the kernels named eu_pairs_ share. */
typedef struct {
    const int32_t *weights; /* packed quads, as in eu_quads_conv_t */
    int32_t rows;
    int32_t out_step;
    int32_t outputs; /* a multiple of four */
    int32_t block;   /* rows whose inputs are widened together */
    int32_t scale;   /* as in eu_quads_conv_t */
    uint32_t above;
    uint32_t below;
    eu_pairs_window_t in;
} eu_pairs_t;

typedef int32_t *eu_pairs_unpack_t(const int32_t *packed, int32_t *wide, int32_t groups, int32_t scale);

/* Scratch: four first sums, a quad's weights and its 12 constants, the inputs. */
static void eu_pairs_conv(const int8_t *in, int8_t *out, const eu_pairs_t *p, int32_t *wide, eu_pairs_code_t *tail,
                          eu_pairs_unpack_t *unpack, int32_t constants)
{
    int32_t *const inputs = wide + 16 + 8 * p->in.groups;
    eu_pairs_rows_t frame;
    eu_pairs_start(&frame, &p->in, wide + 4, p->out_step, tail);
    frame.above = p->above;
    frame.below = p->below;
    frame.in = inputs;
    for (int32_t first = 0; first < p->rows; first += p->block) {
        const int32_t rows = p->rows - first < p->block ? p->rows - first : p->block;
        const int32_t *packed = p->weights;
        eu_pairs_gather(in + first * p->in.step, p->in.step, rows, &p->in, inputs);
        frame.end = inputs + rows * eu_pairs_step(&p->in) / 4;
        for (int32_t n = 0; n < p->outputs; n += 4) {
            unpack(packed, wide, p->in.groups, p->scale);
            frame.out = out + first * p->out_step + n;
            eu_pairs_loop(&frame);
            packed += constants + 4 * p->in.groups;
        }
    }
}
