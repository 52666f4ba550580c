/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for a convolution in quads and an int8 signal added to its int8 result share, without that result ever being stored:
 *
 *     acc[r][n] = bias[n] + sum over k < 4 * groups of in[r * in_step + k] * w[n][k]
 *     t = the int8 value of acc: with the linear tail (eu_quads.c), or with RELU min((max(acc, 0) * multiplier[n] + offset[n]) >> 36, 127)
 *     out[r * out_step + n] = min(max((t * slope + other[r * other_step + n] * other_slope + add_offset) >> 20, -128), 127)
 *
 * Both roundings are kept; exactness and bounds as in eu_quads.c and eu_elementwise_add_linear.c. outputs is a multiple of four.
 * out may be other. Where the two have different steps the rows run one by one. */
typedef struct {
    const int32_t *weights; /* per quad: bias[4], groups x 4 words, multiplier[4], then offset[4] or a word of shifts */
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t other_step;
    int32_t outputs;
    int32_t block; /* rows done before any input of later rows is overwritten */
    int32_t groups;
    int32_t scale; /* shift of the offsets, or the convolution's zero point */
    int32_t slope;
    int32_t other_slope;
    int32_t add_offset;
} eu_quads_add_t;
