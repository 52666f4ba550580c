/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* eu_depthwise_taps.c with weights of four bits and no bias: a word holds a channel's taps and shift. */
/* One channel, rows = 2 * (phase + a multiple of 3). */
typedef struct {
    const int8_t *end; /* r1: the output of the row after the last */
    const int8_t *in;  /* r2 */
    int8_t *out;       /* r3 */
    int32_t phase;     /* r4 */
    int8_t taps[5];
    int32_t bias; /* doubled */
    int32_t multiplier;
    int32_t rounding;
    int32_t in_step;
    int32_t out_step;
    int32_t shift;
} eu_depthwise_four_5_channel_t;

typedef void eu_depthwise_four_5_loop_t(const eu_depthwise_four_5_channel_t *);

/* One channel; the loops of the fast kernel are this one, whatever their steps and shift. */
static void eu_depthwise_four_5_rows(const eu_depthwise_four_5_channel_t *p)
{
    const int8_t *in = p->in;
    for (int8_t *out = p->out; out != p->end; out += p->out_step) {
        int32_t acc = p->bias;
        for (int32_t t = 0; t < 5; t++) {
            acc += 2 * p->taps[t] * in[t * p->in_step];
        }
        const int64_t y =
            (((int64_t)acc * p->multiplier + ((int64_t)1 << 31)) >> 32) + p->rounding + (acc < 0 ? -1 : 0);
        const int64_t value = y >> p->shift;
        *out = (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
        in += p->in_step;
    }
}

#define EU_DEPTHWISE_FOUR_5_LOOP(name, in_step, out_step, shift) \
    static void name(const eu_depthwise_four_5_channel_t *channel) \
    { \
        eu_depthwise_four_5_rows(channel); \
    }
#define EU_DEPTHWISE_FOUR_5_ANY_LOOP(name) EU_DEPTHWISE_FOUR_5_LOOP(name, 0, 0, 0)

static void eu_depthwise_four_5_block(const int8_t *in, int8_t *out, int32_t rows, const eu_depthwise_four_5_t *p,
                                      eu_depthwise_four_5_loop_t *const *loops, int32_t first_shift)
{
    const int32_t even = rows & ~1;
    const int32_t phase = even / 2 % 3;
    const int32_t last = rows - 2;
    eu_depthwise_four_5_channel_t channel = {
        out + even * p->out_step, in, out, phase, {0}, 0, 0, 0, p->in_step, p->out_step, 0};
    for (int32_t n = 0; n < p->outputs; n++) {
        const int32_t shift = p->weights[n] >> 20;
        eu_depthwise_four_5_loop_t *const loop = loops[shift - first_shift];
        channel.bias = 0;
        for (int32_t t = 0; t < 5; t++) {
            const int32_t four = p->weights[n] >> (4 * t) & 15;
            channel.taps[t] = (int8_t)(four - ((four & 8) << 1));
            channel.bias += p->from_zero * channel.taps[t];
        }
        channel.multiplier = p->multiplier[n];
        channel.rounding = (2 * p->zero_point + 1) * ((int32_t)1 << (shift - 1));
        channel.shift = shift;
        loop(&channel);
        if (rows != even) {
            eu_depthwise_four_5_channel_t odd = channel;
            odd.end += p->out_step;
            odd.in += last * p->in_step;
            odd.out += last * p->out_step;
            odd.phase = 1;
            loop(&odd);
        }
        channel.end++;
        channel.in++;
        channel.out++;
    }
}

static void eu_depthwise_four_5(const int8_t *in, int8_t *out, const eu_depthwise_four_5_t *p,
                                eu_depthwise_four_5_loop_t *const *loops, int32_t first_shift)
{
    int32_t rows = p->rows;
    for (; rows > p->block + 1; rows -= p->block) {
        eu_depthwise_four_5_block(in, out, p->block, p, loops, first_shift);
        in += p->block * p->in_step;
        out += p->block * p->out_step;
    }
    eu_depthwise_four_5_block(in, out, rows, p, loops, first_shift);
}
