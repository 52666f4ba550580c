/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Depthwise convolution over time, stride 1, for 7 or 9 taps: channel by channel, four rows at a time.
 *
 *     acc[r][n] = 2 * (bias[n] + sum over t < taps of in[r * in_step + t * in_step + n] * weights[n][t])
 *     y = (acc * multiplier[n] + 2^31 >> 32) + 2^(shift-1) + zero_point * 2^shift + (acc >> 31)      shift = shift[n]
 *     out[r * out_step + n] = min(max(y >> shift, -128), 127)
 *
 * The window slides through registers as pairs of rows in 16-bit halves; the doubled taps are pairs too, once from an even and once from
 * an odd tap on, so that a row takes (taps + 1) / 2 multiplies and each pair of taps is loaded once for two rows.
 * Double rounding as in eu_quads.c; |acc| < 2^31 and |y| < 2^31 are proven per channel; shift >= 1.
 * rows >= 4; the last rows of a number that is no multiple of four are done together with those before them, again. */
typedef struct {
    const int8_t *weights; /* (outputs, taps) */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t outputs;
    int32_t block; /* rows done before any input of later rows is overwritten; a multiple of four, or all rows */
    int32_t zero_point;
} eu_depthwise_long_t;

static void eu_depthwise_long_block(const int8_t *in, int8_t *out, int32_t rows, int32_t taps,
                                    const eu_depthwise_long_t *p, eu_depthwise_long_loop_t *loop)
{
    const int32_t whole = rows & ~3;
    const int32_t last = rows - 4;
    const int8_t *weights = p->weights;
    eu_depthwise_long_channel_t channel;
    channel.in_step = p->in_step;
    channel.out_step = p->out_step;
    for (int32_t n = 0; n < p->outputs; n++) {
        channel.end = out + whole * p->out_step;
        channel.in = in;
        channel.shift = p->shift[n];
        channel.multiplier = p->multiplier[n];
        channel.rounding = (2 * p->zero_point + 1) * ((int32_t)1 << (channel.shift - 1));
        channel.bias = 2 * p->bias[n];
        uint32_t tap = (uint32_t)*weights++ << 17;
        for (uint32_t *pair = channel.pairs; pair != channel.pairs + taps - 1; pair++) {
            const uint32_t next = (uint32_t)*weights++ << 17;
            *pair = tap >> 16 | next;
            tap = next;
        }
        loop(&channel, out);
        if (rows != whole) {
            channel.in = in + last * p->in_step;
            channel.end = out + rows * p->out_step;
            loop(&channel, out + last * p->out_step);
        }
        in++;
        out++;
    }
}

static void eu_depthwise_long(const int8_t *in, int8_t *out, int32_t taps, const eu_depthwise_long_t *p,
                              eu_depthwise_long_loop_t *loop)
{
    int32_t rows = p->rows;
    for (; rows > p->block + 3; rows -= p->block) {
        eu_depthwise_long_block(in, out, p->block, taps, p, loop);
        in += p->block * p->in_step;
        out += p->block * p->out_step;
    }
    eu_depthwise_long_block(in, out, rows, taps, p, loop);
}
