/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for a convolution and an addition with both operands widened share. The two signals that are added have the same step;
 * out may be other. */
typedef struct {
    const int32_t *weights; /* packed quads, as in eu_quads_add_t */
    int32_t rows;
    int32_t out_step;
    int32_t outputs;
    int32_t block;
    int32_t scale;
    eu_pairs_window_t in;
    int32_t slope;
    int32_t other_slope;
    int32_t add_offset;
} eu_pairs_add_t;

typedef int32_t *eu_pairs_unpack_t(const int32_t *packed, int32_t *wide, int32_t groups, int32_t scale);

/* `biases` words precede a quad's weights where they are not unpacked with them. */
static void eu_pairs_added(const int8_t *in, const int8_t *other, int8_t *out, const eu_pairs_add_t *p, int32_t *wide,
                           eu_pairs_code_t *tail, eu_pairs_unpack_t *unpack, int32_t constants, int32_t biases)
{
    int32_t *const inputs = wide + 16 + 8 * p->in.groups;
    eu_pairs_rows_t frame;
    eu_pairs_start(&frame, &p->in, wide + 4, p->out_step, tail);
    frame.in = inputs;
    frame.add[0] = (int32_t)((intptr_t)other - (intptr_t)out);
    frame.add[1] = p->slope;
    frame.add[2] = p->other_slope;
    frame.add[3] = p->add_offset;
    for (int32_t first = 0; first < p->rows; first += p->block) {
        const int32_t rows = p->rows - first < p->block ? p->rows - first : p->block;
        const int32_t *packed = p->weights;
        eu_pairs_gather(in + first * p->in.step, p->in.step, rows, &p->in, inputs);
        frame.end = inputs + rows * eu_pairs_step(&p->in) / 4;
        for (int32_t n = 0; n < p->outputs; n += 4) {
            unpack(packed + biases, wide, p->in.groups, p->scale);
            for (int32_t i = 0; i < biases; i++) {
                wide[i] = packed[i];
            }
            frame.out = out + first * p->out_step + n;
            eu_pairs_loop(&frame);
            packed += constants + 4 * p->in.groups;
        }
    }
}
