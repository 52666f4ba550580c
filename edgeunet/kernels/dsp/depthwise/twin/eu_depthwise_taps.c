/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_depthwise_3  taps=3
 *     eu_depthwise_5  taps=5
 */
/* Depthwise convolution over time with $taps taps, stride 1: channel by channel, the window in registers, two rows at a time.
 *
 *     acc[r][n] = 2 * (bias[n] + sum over t < $taps of in[r * in_step + t * in_step + n] * weights[n][t])
 *     y = (acc * multiplier[n] + 2^31 >> 32) + 2^(shift-1) + zero_point * 2^shift + (acc >> 31)      shift = shift[n]
 *     out[r * out_step + n] = min(max(y >> shift, -128), 127)
 *
 * The doubled taps are pairs in 16-bit halves, the inputs too (rows t, t + 1 with t even), so two rows take taps + 1 multiplies.
 * Double rounding as in eu_quads.c; |acc| < 2^31 and |y| < 2^31 are proven per channel; shift >= 1.
 * Steps and shift are immediate operands: one loop per step and shift that is worth it, defined where used, and one for all
 * others; loops[shift[n] - first_shift].
 * rows >= 2; a last row without partner is done together with the row before it, again. Of five taps the last lies before the
 * channel's shift. */
/* One channel, rows = 2 * (phase + a multiple of 3). */
typedef struct {
    const int8_t *end; /* r1: the output of the row after the last */
    const int8_t *in;  /* r2 */
    int8_t *out;       /* r3 */
    int32_t phase;     /* r4 */
    int8_t taps[$taps];
    int32_t bias; /* doubled */
    int32_t multiplier;
    int32_t rounding;
    int32_t in_step;
    int32_t out_step;
    int32_t shift;
} $name_channel_t;

typedef void $name_loop_t(const $name_channel_t *);

/* One channel; the loops of the fast kernel are this one, whatever their steps and shift. */
static void $name_rows(const $name_channel_t *p)
{
    const int8_t *in = p->in;
    for (int8_t *out = p->out; out != p->end; out += p->out_step) {
        int32_t acc = p->bias;
        for (int32_t t = 0; t < $taps; t++) {
            acc += 2 * p->taps[t] * in[t * p->in_step];
        }
        const int64_t y =
            (((int64_t)acc * p->multiplier + ((int64_t)1 << 31)) >> 32) + p->rounding + (acc < 0 ? -1 : 0);
        const int64_t value = y >> p->shift;
        *out = (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
        in += p->in_step;
    }
}

#define EU_DEPTHWISE_$taps_LOOP(name, in_step, out_step, shift) \
    static void name(const $name_channel_t *channel) \
    { \
        $name_rows(channel); \
    }
#define EU_DEPTHWISE_$taps_ANY_LOOP(name) EU_DEPTHWISE_$taps_LOOP(name, 0, 0, 0)

static void $name_block(const int8_t *in, int8_t *out, int32_t rows, const $name_t *p, $name_loop_t *const *loops,
                        int32_t first_shift)
{
    const int32_t even = rows & ~1;
    const int32_t phase = even / 2 % 3;
    const int32_t last = rows - 2;
    $name_channel_t channel = {out + even * p->out_step, in, out, phase, {0}, 0, 0, 0, p->in_step, p->out_step, 0};
    for (int32_t n = 0; n < p->outputs; n++) {
        const int8_t *const first = (const int8_t *)p->weights + n * ($taps == 5 ? 4 : $taps);
        const int32_t shift = p->shift[$taps == 5 ? 2 * n + 1 : n];
        $name_loop_t *const loop = loops[shift - first_shift];
        for (int32_t t = 0; t < $taps; t++) {
            channel.taps[t] = t < 4 ? first[t] : p->shift[2 * n];
        }
        channel.bias = 2 * p->bias[n];
        channel.multiplier = p->multiplier[n];
        channel.rounding = (2 * p->zero_point + 1) * ((int32_t)1 << (shift - 1));
        channel.shift = shift;
        loop(&channel);
        if (rows != even) {
            $name_channel_t odd = channel;
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

static void $name(const int8_t *in, int8_t *out, const $name_t *p, $name_loop_t *const *loops, int32_t first_shift)
{
    int32_t rows = p->rows;
    for (; rows > p->block + 1; rows -= p->block) {
        $name_block(in, out, p->block, p, loops, first_shift);
        in += p->block * p->in_step;
        out += p->block * p->out_step;
    }
    $name_block(in, out, rows, p, loops, first_shift);
}
