/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Depthwise convolution over a signal upsampled twofold, read at its low rate: channel by channel, four rows at a time.
 *
 *     acc[2 r + f][n] = 2 * (bias[n] + sum over t < taps of in[(r + (t + base + f >> 1)) * in_step + n] * weights[n][t])
 *     y = (acc * multiplier[n] + 2^31 >> 32) + 2^(shift-1) + zero_point * 2^shift + (acc >> 31)      shift = shift[n]
 *     out[(2 r + f) * out_step + n] = min(max(y >> shift, -128), 127)                                 f = 0, 1
 *
 * Taps that meet the same row are summed once per call (edgeunet/kernels/README.md): `reach` sums per phase, 3 or 5, doubled, as
 * pairs in 16-bit halves, once from an even and once from an odd one on; the window slides through registers as pairs of rows.
 * Double rounding as in eu_quads.c; |acc| < 2^31 and |y| < 2^31 are proven per channel; shift >= 1. Frame and
 * rounding are those of eu_depthwise_pairs.c.
 * rows >= 2; the last of an odd number of rows is done together with the one before it, again. */
typedef struct {
    const int8_t *weights; /* (outputs, taps) */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t rows; /* low-rate rows, of two outputs each */
    int32_t taps;
    int32_t base; /* 0 or 1 */
    int32_t in_step;
    int32_t out_step;
    int32_t outputs;
    int32_t block; /* rows done before any input of later rows is overwritten; even, or all rows */
    int32_t zero_point;
} eu_depthwise_twice_t;

/* Twice the sum of the taps t and t + 1, those that there are. */
static uint32_t eu_depthwise_twice_sum(const int8_t *weights, int32_t t, int32_t taps)
{
    int32_t sum = 0;
    if (t >= 0 && t < taps) {
        sum += weights[t];
    }
    if (t >= -1 && t < taps - 1) {
        sum += weights[t + 1];
    }
    return (uint32_t)(2 * sum);
}

static void eu_depthwise_twice_pairs(const int8_t *weights, const eu_depthwise_twice_t *p, int32_t reach,
                                     uint32_t *pairs)
{
    for (int32_t f = 0; f < 2; f++) {
        const int32_t t = -p->base - f;
        uint32_t sum = eu_depthwise_twice_sum(weights, t, p->taps);
        for (int32_t m = 1; m < reach; m++) {
            const uint32_t next = eu_depthwise_twice_sum(weights, t + 2 * m, p->taps);
            *pairs++ = (sum & 0xFFFFU) | next << 16;
            sum = next;
        }
    }
}

static void eu_depthwise_twice_block(const int8_t *in, int8_t *out, int32_t rows, int32_t reach,
                                     const eu_depthwise_twice_t *p, eu_depthwise_long_loop_t *loop)
{
    const int32_t whole = rows & ~1;
    const int32_t last = rows - 2;
    eu_depthwise_long_channel_t channel;
    channel.in_step = p->in_step;
    channel.out_step = p->out_step;
    for (int32_t n = 0; n < p->outputs; n++) {
        channel.end = out + 2 * whole * p->out_step;
        channel.in = in;
        channel.shift = p->shift[n];
        channel.multiplier = p->multiplier[n];
        channel.rounding = (2 * p->zero_point + 1) * ((int32_t)1 << (channel.shift - 1));
        channel.bias = 2 * p->bias[n];
        eu_depthwise_twice_pairs(p->weights + n * p->taps, p, reach, channel.pairs);
        loop(&channel, out);
        if (rows != whole) {
            channel.in = in + last * p->in_step;
            channel.end = out + 2 * rows * p->out_step;
            loop(&channel, out + 2 * last * p->out_step);
        }
        in++;
        out++;
    }
}

static void eu_depthwise_twice(const int8_t *in, int8_t *out, int32_t reach, const eu_depthwise_twice_t *p,
                               eu_depthwise_long_loop_t *loop)
{
    int32_t rows = p->rows;
    for (; rows > p->block + 1; rows -= p->block) {
        eu_depthwise_twice_block(in, out, p->block, reach, p, loop);
        in += p->block * p->in_step;
        out += 2 * p->block * p->out_step;
    }
    eu_depthwise_twice_block(in, out, rows, reach, p, loop);
}
