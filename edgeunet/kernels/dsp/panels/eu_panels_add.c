/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for a convolution four rows of two channels at a time with an int8 signal added to its int8 result share:
 *
 *     out[r * out_step + n] = min(max((t * slope + other[r * out_step + n] * other_slope + add_offset) >> 20, -128), 127)
 *
 * with t by a tail of eu_panels.c. All roundings are kept; exactness and bounds as in eu_elementwise_add_linear.c. The two signals that are
 * added have the same step; out may be other: eight values are read before the first is written. */
typedef struct {
    eu_panels_t conv;
    int32_t slope;
    int32_t other_slope;
    int32_t add_offset;
} eu_panels_add_t;
