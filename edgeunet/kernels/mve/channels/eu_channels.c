/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Depthwise convolution of few rows on Helium, eight channels of a row at a time; the functions are written per way to sum a
 * window (docs/HELIUM_KERNELS.md):
 *
 *     acc[r][n] = bias[n] + sum over t < taps of in[r * in_step + t * tap_step + n] * weights[n][t]
 *     out[r * out_step + n] = min(max(requantize(acc, multiplier[n], shift[n]) + zero_point, -128), 127)
 *
 * |acc| < 2^31 and shift < 0 are proven per channel. */
typedef struct {
    const int32_t *stream; /* per 8 channels (filled up): weights by tap, biases, multipliers (even, odd), shifts */
    int32_t channels;
    int32_t rows;
    int32_t in_step;
    int32_t tap_step;
    int32_t out_step;
    int32_t zero_point;
} eu_channels_t;
