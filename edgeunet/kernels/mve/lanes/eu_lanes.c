/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Depthwise convolution on Helium, eight rows of a channel at a time; the loops are written per kind of window
 * (docs/HELIUM_KERNELS.md):
 *
 *     acc[r][n] = bias[n] + sum over t < taps of in[r * in_step + t * tap_step + n * channel_step] * weights[n][t]
 *     out[r * out_step + n] = min(max(requantize(acc, multiplier[n], shift[n]) + zero_point, -128), 127)
 *
 * channel_step is 1, or 0 for a convolution with one input channel. |acc| < 2^31 and shift <= 0 are proven per channel. */
typedef struct {
    const int32_t *stream; /* per channel: bias, multiplier, then as bytes weights, -shift, where pointers start */
    int32_t stream_bytes;
    int32_t rows;
    int32_t in_step;
    int32_t tap_step;
    int32_t out_step;
    int32_t zero_point;
} eu_lanes_t;

/* All channels of a multiple of eight rows, or of fewer than eight. */
typedef void eu_lanes_loop_t(const int8_t *in, int8_t *out, const eu_lanes_t *p, int32_t rows);

__attribute__((noinline)) static void eu_lanes(const int8_t *in, int8_t *out, const eu_lanes_t *p,
                                               eu_lanes_loop_t *loop)
{
    const int32_t whole = p->rows & ~7;
    if (whole > 0) {
        loop(in, out, p, whole);
    }
    if (p->rows > whole) {
        loop(in + whole * p->in_step, out + whole * p->out_step, p, p->rows - whole);
    }
}
