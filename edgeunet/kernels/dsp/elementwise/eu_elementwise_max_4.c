/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Maximum over four rows, four channels per instruction pair:
 *
 *     out[r * out_step + n] = max over t < 4 of in[r * in_step + t * pitch + n]
 *
 * SSUB8 sets a flag per byte where a >= b, SEL picks a or b by it. Rows are whole words at multiples of four bytes. */
typedef struct {
    int32_t rows;
    int32_t in_step;
    int32_t pitch;
    int32_t out_step;
    int32_t words; /* per row */
} eu_elementwise_max_4_t;

static inline uint32_t eu_elementwise_max_4_bytes(uint32_t a, uint32_t b)
{
    uint32_t larger;
    __asm__ volatile("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(larger) : "r"(a), "r"(b) : "cc");
    return larger;
}

static void eu_elementwise_max_4(const int8_t *in, int8_t *out, const eu_elementwise_max_4_t *p)
{
    const int32_t words = p->words;
    for (int32_t r = 0; r < p->rows; r++) {
        const uint32_t *a = (const uint32_t *)(const void *)in;
        const uint32_t *b = (const uint32_t *)(const void *)(in + p->pitch);
        const uint32_t *c = (const uint32_t *)(const void *)(in + 2 * p->pitch);
        const uint32_t *d = (const uint32_t *)(const void *)(in + 3 * p->pitch);
        uint32_t *y = (uint32_t *)(void *)out;
        uint32_t *const end = y + words;
        do {
            const uint32_t early = eu_elementwise_max_4_bytes(*a++, *b++);
            *y++ = eu_elementwise_max_4_bytes(early, eu_elementwise_max_4_bytes(*c++, *d++));
        } while (y != end);
        in += p->in_step;
        out += p->out_step;
    }
}
