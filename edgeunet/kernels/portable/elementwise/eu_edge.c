/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Makes rows outside the signal read as padding: row r of out has index first + r; those below begin or not below end become
 * value. Runs only while a stream starts or ends. */
#if defined(__GNUC__)
#define EU_APART __attribute__((noinline)) /* many callers, no hurry: one copy */
#else
#define EU_APART
#endif
EU_APART static void eu_edge(int8_t *out, int32_t rows, int32_t pitch, int32_t bytes, int32_t value, int32_t first,
                             int32_t begin, int32_t end)
{
    for (int32_t r = 0; r < rows; r++) {
        if (first + r < begin || first + r >= end) {
            memset(out + r * pitch, value, (size_t)bytes);
        }
    }
}
