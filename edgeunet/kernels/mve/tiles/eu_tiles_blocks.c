/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Convolutions of at most 16 inputs on Helium, blocks of four rows and four channels; the functions are written per shape
 * (docs/HELIUM_KERNELS.md):
 *
 *     acc[r][n] = bias[n] + sum over k < inputs of in[r * in_step + k] * w[n][k]
 *     out[r * out_step + n] = min(max(requantize(acc, multiplier[n], shift[n]) + zero_point, low), high)
 *
 * |acc| < 2^31 and shift <= 0 are proven per channel. out and out_step are multiples of 4. */
typedef struct {
    const int32_t *stream; /* per two channels: weights, biases, multipliers, shifts (if they differ) */
    int32_t outputs;       /* a multiple of 4 */
    int32_t fours;         /* of rows */
    int32_t out_step;
    int32_t zero_point;
} eu_tiles_blocks_t;
