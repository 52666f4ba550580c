/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_elementwise_add.c: sum of two int8 signals on different scales, as one straight line per operand.
 *
 *     out = min(max((a * a_slope + b * b_slope + offset) >> 20, -128), 127)
 *
 * That this equals TFLite's three requantizations is checked for all 65,536 pairs of operands when the kernel is chosen
 * (docs/HELIUM_KERNELS.md), and that no sum leaves int32. rounded_offset is offset - 2^15 - 2^19. out may be a or b. */
static void eu_elementwise_add(const int8_t *a, const int8_t *b, int8_t *out, const eu_elementwise_add_t *p)
{
    const int32_t offset = p->rounded_offset + (1 << 15) + (1 << 19);
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t sum = (a[c] * p->a_slope + b[c] * p->b_slope + offset) >> 20;
            out[c] = (int8_t)(sum < -128 ? -128 : sum > 127 ? 127 : sum);
        }
        a += p->a_pitch;
        b += p->b_pitch;
        out += p->out_pitch;
    }
}
