/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* A convolution four rows at a time; what the kernels named eu_tall_ share. */
typedef struct {
    const int32_t *weights; /* per channel: weights, constants */
    int32_t rows;
    int32_t out_step;
    int32_t outputs;
    int32_t scale; /* see the tails */
    eu_tall_window_t in;
} eu_tall_t;

static void eu_tall_conv(const int8_t *in, int8_t *out, const eu_tall_t *p, int32_t *wide, eu_tall_code_t *tail)
{
    eu_tall_frame_t frame;
    eu_tall_start(&frame, p->weights, p->scale, wide);
    eu_tall_set_chain(&frame.chain, &p->in, tail);
    for (int32_t first = 0; first < p->rows; first += 4) {
        const int32_t live = p->rows - first < 4 ? p->rows - first : 4;
        eu_tall_gather(in + first * p->in.step, p->in.step, live, &p->in, wide + 4);
        eu_tall_set_rows(&frame, out + first * p->out_step, p->out_step, live, p->outputs);
        eu_tall_loop(&frame, (int32_t)sizeof frame);
    }
}
