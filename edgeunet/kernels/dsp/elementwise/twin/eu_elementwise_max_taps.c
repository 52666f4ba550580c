/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_elementwise_max_2  taps=2
 *     eu_elementwise_max_3  taps=3
 *     eu_elementwise_max_4  taps=4
 */
/* Maximum over $taps rows, four channels per instruction pair:
 *
 *     out[r * out_step + n] = max over t < $taps of in[r * in_step + t * pitch + n]
 *
 * SSUB8 sets a flag per byte where a >= b, SEL picks a or b by it. Rows are whole words at multiples of four bytes. */
typedef struct {
    int32_t rows;
    int32_t in_step;
    int32_t pitch;
    int32_t out_step;
    int32_t words; /* per row */
} $name_t;

static void $name(const int8_t *in, int8_t *out, const $name_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t c = 0; c < 4 * p->words; c++) {
            int8_t largest = in[c];
            for (int32_t t = 1; t < $taps; t++) {
                const int8_t x = in[t * p->pitch + c];
                largest = x > largest ? x : largest;
            }
            out[c] = largest;
        }
        in += p->in_step;
        out += p->out_step;
    }
}
