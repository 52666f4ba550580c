/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* 1x1 convolution of one input channel on Helium, one straight line per output channel; the functions are written per
 * clamp (docs/HELIUM_KERNELS.md):
 *
 *     out[r * out_step + n] = min(max((in[r] * slope[n] + offset[n]) >> 20, low), high)
 *
 * That this equals TFLite's requantization is checked for all 256 inputs when the kernel is chosen (docs/HELIUM_KERNELS.md), and
 * that no sum leaves int32. The stream holds offset - 2^15 - 2^19, which the two rounding shifts (16, then 4) add. */
typedef struct {
    const int32_t *stream; /* per channel: slope, offset */
    int32_t channels;
    int32_t rows;
    int32_t out_step;
} eu_lines_t;
