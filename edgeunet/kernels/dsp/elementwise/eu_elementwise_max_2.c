/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Maximum over two rows, four channels per instruction pair:
 *
 *     out[r * out_step + n] = max over t < 2 of in[r * in_step + t * pitch + n]
 *
 * SSUB8 sets a flag per byte where a >= b, SEL picks a or b by it. Rows are whole words at multiples of four bytes. */
typedef struct {
    int32_t rows;
    int32_t in_step;
    int32_t pitch;
    int32_t out_step;
    int32_t words; /* per row */
} eu_elementwise_max_2_t;

static inline uint32_t eu_elementwise_max_2_bytes(uint32_t a, uint32_t b)
{
    uint32_t larger;
    __asm__ volatile("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(larger) : "r"(a), "r"(b) : "cc");
    return larger;
}

static void eu_elementwise_max_2(const int8_t *in, int8_t *out, const eu_elementwise_max_2_t *p)
{
    const int32_t words = p->words;
    for (int32_t r = 0; r < p->rows; r++) {
        const uint32_t *a = (const uint32_t *)(const void *)in;
        const uint32_t *b = (const uint32_t *)(const void *)(in + p->pitch);
        uint32_t *y = (uint32_t *)(void *)out;
        uint32_t *const end = y + words;
        do {
            *y++ = eu_elementwise_max_2_bytes(*a++, *b++);
        } while (y != end);
        in += p->in_step;
        out += p->out_step;
    }
}
