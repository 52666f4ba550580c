/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* A convolution four rows of two channels at a time; what the kernels over one signal share:
 *
 *     acc[r][n] = bias[n] + sum over k of in[r * step + ..] * w[n][k] */
typedef struct {
    const int32_t *weights; /* per two channels: weights, constants of the second, of the first (see the tails) */
    int32_t rows;
    int32_t out_step;
    int32_t outputs;
    int32_t scale; /* see the tails */
    eu_panels_window_t in;
} eu_panels_t;

typedef void eu_panels_loop_t(const eu_panels_frame_t *frame);

static void eu_panels_start(eu_panels_frame_t *frame, int8_t *out, const eu_panels_t *p, int32_t *panel)
{
    memset(frame, 0, sizeof *frame);
    frame->panel = panel;
    frame->chain.entry = p->in.first;
    frame->chain.skip = p->in.skip;
    frame->chain.end = panel + 8 * p->in.groups * p->in.runs;
    frame->out = out;
    frame->weights = p->weights;
    frame->out_four = 4 * p->out_step;
    frame->out_next = frame->out_four - (p->outputs + 1) / 2 * 2;
    frame->scale = p->scale;
    frame->gather = eu_panels_gather;
}

/* All rows: in fours, then those left over. */
static void eu_panels_run(eu_panels_frame_t *frame, const int8_t *in, const eu_panels_t *p, eu_panels_loop_t *loop)
{
    for (int32_t first = 0; first < p->rows;) {
        const int32_t left = p->rows - first;
        frame->panels = left < 4 ? 1 : left / 4;
        frame->out_end = frame->out + p->outputs;
        eu_panels_place(frame->out_rows, p->out_step, left);
        eu_panels_from(&frame->from, in + first * p->in.step, p->in.step, left, &p->in);
        loop(frame);
        frame->out += frame->panels * frame->out_four;
        first += 4 * frame->panels;
    }
}
