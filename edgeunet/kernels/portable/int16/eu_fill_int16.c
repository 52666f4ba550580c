/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Sets rows of int16 values to a value: the padding around a signal, or a whole signal. */
static void eu_fill_int16(int8_t *out, int32_t rows, int32_t pitch, int32_t bytes, int32_t value)
{
    for (int32_t r = 0; r < rows; r++) {
        int16_t *row = (int16_t *)(void *)out;
        for (int32_t i = 0; i < bytes / 2; i++) {
            row[i] = (int16_t)value;
        }
        out += pitch;
    }
}
