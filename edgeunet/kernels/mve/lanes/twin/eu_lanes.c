/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_lanes.c: depthwise convolution, channel by channel, rows in ascending order.
 *
 *     acc[r][n] = bias[n] + sum over t < taps of in[r * in_step + t * tap_step + n * channel_step] * weights[n][t]
 *     y = (acc * multiplier[n] + 2^30 >> 31) + (acc >> 31 where the sign counts)
 *     out[r * out_step + n] = min(max((y + 2^(shift-1) >> shift) + zero_point, low), 127)      shift = shift[n]
 *
 * low is the zero point where the sign does not count, else -128. channel_step is 1, or 0 for a convolution with one input
 * channel. |acc| < 2^31 is proven per channel. */
/* All channels of a multiple of eight rows, or of fewer than eight. */
typedef void eu_lanes_loop_t(const int8_t *in, int8_t *out, const eu_lanes_t *p, int32_t rows);

/* What is fixed in one loop. */
typedef struct {
    int32_t taps;
    int32_t channel_bytes; /* in the stream */
    int32_t channel_step;
    int32_t narrowing; /* what the stream's shifts leave out */
    int32_t has_sign;
    int32_t starts;       /* bytes that say where the pointers start; then orders are told apart by them */
    const int8_t *orders; /* starts, then the taps of the weights */
} eu_lanes_kind_t;

static const int8_t *eu_lanes_order(const int8_t *packed, const eu_lanes_kind_t *kind)
{
    const int8_t *order = kind->orders;
    while (memcmp(order, packed + kind->taps + 1, (size_t)kind->starts) != 0) {
        order += kind->starts + kind->taps;
    }
    return order + kind->starts;
}

static int8_t eu_lanes_scaled(int32_t acc, int32_t multiplier, int32_t shift, int32_t zero_point, int32_t has_sign)
{
    int64_t y = ((int64_t)acc * multiplier + (1 << 30)) >> 31;
    y += has_sign != 0 && acc < 0 ? -1 : 0;
    y = shift > 0 ? (y + ((int64_t)1 << (shift - 1))) >> shift : y;
    y = (has_sign == 0 && y < 0 ? 0 : y) + zero_point;
    return (int8_t)(y < -128 ? -128 : y > 127 ? 127 : y);
}

static void eu_lanes_channels(const int8_t *in, int8_t *out, const eu_lanes_t *p, int32_t rows,
                              const eu_lanes_kind_t *kind)
{
    const int8_t *channel = (const int8_t *)p->stream;
    const int8_t *const end = channel + p->stream_bytes;
    for (; channel != end; channel += kind->channel_bytes) {
        int32_t scale[2]; /* bias, multiplier */
        const int8_t *const weights = channel + sizeof scale;
        const int8_t *const taps = eu_lanes_order(weights, kind);
        const int32_t shift = kind->narrowing - weights[kind->taps];
        memcpy(scale, channel, sizeof scale);
        for (int32_t r = 0; r < rows; r++) {
            int32_t acc = scale[0];
            for (int32_t t = 0; t < kind->taps; t++) {
                acc += in[r * p->in_step + taps[t] * p->tap_step] * weights[t];
            }
            out[r * p->out_step] = eu_lanes_scaled(acc, scale[1], shift, p->zero_point, kind->has_sign);
        }
        in += kind->channel_step;
        out++;
    }
}

static void eu_lanes(const int8_t *in, int8_t *out, const eu_lanes_t *p, eu_lanes_loop_t *loop)
{
    const int32_t whole = p->rows & ~7;
    if (whole > 0) {
        loop(in, out, p, whole);
    }
    if (p->rows > whole) {
        loop(in + whole * p->in_step, out + whole * p->out_step, p, p->rows - whole);
    }
}
