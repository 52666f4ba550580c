/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for a convolution over two signals without scratch memory share (see eu_quads_sum.c): `repeat` output rows for each row of
 * the first signal. */
typedef struct {
    const int32_t *weights; /* per four channels: weights of a, weights of b, constants */
    int32_t groups;         /* rows of the first signal that are used */
    int32_t repeat;
    int32_t out_step;
    int32_t outputs;
    int32_t scale;
    uint32_t above;
    uint32_t below;
    eu_bare_window_t a;
    eu_bare_window_t b;
} eu_bare_sum_t;

static void eu_bare_sum(const int8_t *a, const int8_t *b, int8_t *out, const eu_bare_sum_t *p, eu_bare_tail_t *tail)
{
    eu_bare_frame_t frame;
    frame.weights = p->weights;
    frame.tail = tail;
    frame.scale = p->scale;
    frame.above = p->above;
    frame.below = p->below;
    eu_bare_set(&frame.signal[0], &p->a, 1);
    eu_bare_set(&frame.signal[1], &p->b, 0);
    for (int32_t group = 0; group < p->groups; group++) {
        eu_bare_place(&frame.signal[0], &p->a, a);
        for (int32_t phase = 0; phase < p->repeat; phase++) {
            frame.out = out;
            frame.last = out + p->outputs - 4;
            eu_bare_place(&frame.signal[1], &p->b, b);
            eu_bare_row(&frame);
            b += p->b.step;
            out += p->out_step;
        }
        a += p->a.step;
    }
}
