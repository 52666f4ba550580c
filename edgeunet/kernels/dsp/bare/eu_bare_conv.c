/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* A convolution without scratch memory; what the kernels named eu_bare_ share. */
typedef struct {
    const int32_t *weights; /* per four channels: weights, constants */
    int32_t rows;
    int32_t out_step;
    int32_t outputs;
    int32_t scale;  /* see the tails */
    uint32_t above; /* as in eu_quads_rows_t */
    uint32_t below;
    eu_bare_window_t in;
} eu_bare_t;

static void eu_bare_conv(const int8_t *in, int8_t *out, const eu_bare_t *p, eu_bare_tail_t *tail)
{
    eu_bare_frame_t frame;
    frame.weights = p->weights;
    frame.tail = tail;
    frame.scale = p->scale;
    frame.above = p->above;
    frame.below = p->below;
    eu_bare_set(&frame.signal[0], &p->in, 0);
    for (int32_t r = 0; r < p->rows; r++) {
        frame.out = out;
        frame.last = out + p->outputs - 4;
        eu_bare_place(&frame.signal[0], &p->in, in);
        eu_bare_row(&frame);
        in += p->in.step;
        out += p->out_step;
    }
}
