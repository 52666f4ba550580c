/* Depthwise convolution on Helium, eight rows of a channel at a time; the loops are written per shape
 * (emit/helium_depthwise.py):
 *
 *     acc[r][n] = bias[n] + sum over t < taps of in[r * in_step + t * tap_step + n * channel_step] * weights[n][t]
 *     out[r * out_step + n] = min(max(requantize(acc, multiplier[n], shift[n]) + zero_point, -128), 127)
 *
 * channel_step is 1, or 0 for a convolution with one input channel. |acc| < 2^31 and shift <= 0 are proven per channel. */
typedef struct {
    const int32_t *stream; /* per channel: bias, multiplier, then taps weights and -shift as bytes */
    int32_t channels;
    int32_t blocks; /* of eight rows */
    int32_t rest;   /* rows after them */
    int32_t zero_point;
} eu_lanes_t;

typedef struct {
    const int8_t *in;
    int8_t *out;
    const eu_lanes_t *p;
} eu_lanes_frame_t;
