/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_lines.c: 1x1 convolution of one input channel, one straight line per output channel.
 *
 *     out[r * out_step + n] = min(max((in[r] * slope[n] + offset[n]) >> 20, low), high)
 *
 * That this equals TFLite's requantization is checked for all 256 inputs when the kernel is chosen (docs/HELIUM_KERNELS.md), and
 * that no sum leaves int32. The stream holds offset - 2^15 - 2^19. */
static void eu_lines_between(const int8_t *in, int8_t *out, const eu_lines_t *p, int32_t low, int32_t high)
{
    for (int32_t n = 0; n < p->channels; n++) {
        for (int32_t r = 0; r < p->rows; r++) {
            const int32_t sum = in[r] * p->stream[2 * n] + p->stream[2 * n + 1] + (1 << 15) + (1 << 19);
            const int32_t value = sum >> 20;
            out[r * p->out_step + n] = (int8_t)(value < low ? low : value > high ? high : value);
        }
    }
}
