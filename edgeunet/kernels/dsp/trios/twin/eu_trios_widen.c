/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_trios_widen.c: a value at a time. */
static int32_t *eu_trios_widen(const int8_t *in, int32_t step, int32_t groups, int32_t rows, int32_t *panel)
{
    for (int32_t half = 0; half < 2 * groups; half++) {
        for (int32_t row = 0; row < rows; row++) {
            const int8_t *const x = in + row * step + half / 2 * 4 + half % 2;
            panel[16 * half + row] = (int32_t)((uint32_t)(int32_t)x[2] << 16 | ((uint32_t)(int32_t)x[0] & 0xFFFFU));
        }
    }
    return panel + 32 * groups;
}
