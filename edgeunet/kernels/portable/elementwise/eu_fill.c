/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Sets rows of bytes to a value: the padding around a signal, or a whole signal. */
static void eu_fill(int8_t *out, int32_t rows, int32_t pitch, int32_t bytes, int32_t value)
{
    for (int32_t r = 0; r < rows; r++) {
        memset(out, value, (size_t)bytes);
        out += pitch;
    }
}
