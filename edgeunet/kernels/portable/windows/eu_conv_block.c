/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Convolution over time, valid rows only, two rows of four output channels at a time (eu_dot_block.c).
 *
 *     acc[r][n] = bias[n] + sum over t < runs, k < length of in[r * step + t * run_step + k] * weights[n][t][k]
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * |acc| < 2^23 is proven per channel. Both rows are read before they are written. Source of the arithmetic: TFLite
 * reference_integer_ops::ConvPerChannel and FullyConnected. */
static void eu_conv_block(const int8_t *in, int8_t *out, const eu_dot_block_t *p)
{
    eu_dot_pairs(in, in, out, p);
}
