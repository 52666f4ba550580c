/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Makes rows outside the signal read as padding: row r of out has index first + r; those below begin or not below end become
 * int16 values of value. Runs only while a stream starts or ends. */
static void eu_edge_int16(int8_t *out, int32_t rows, int32_t pitch, int32_t bytes, int32_t value, int32_t first,
                          int32_t begin, int32_t end)
{
    for (int32_t r = 0; r < rows; r++) {
        if (first + r < begin || first + r >= end) {
            eu_fill_int16(out + r * pitch, 1, pitch, bytes, value);
        }
    }
}
