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
} eu_max_pool_2_t;

static void eu_max_pool_2(const int8_t *in, int8_t *out, const eu_max_pool_2_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t c = 0; c < 4 * p->words; c++) {
            int8_t largest = in[c];
            for (int32_t t = 1; t < 2; t++) {
                const int8_t x = in[t * p->pitch + c];
                largest = x > largest ? x : largest;
            }
            out[c] = largest;
        }
        in += p->in_step;
        out += p->out_step;
    }
}
