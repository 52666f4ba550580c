/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* All rows, in pairs that read the same row of the first signal where that is repeated. Little is kept from turn to turn: it is stack. */
static void eu_dot_pairs(const int8_t *a, const int8_t *b, int8_t *out, const eu_dot_block_t *p)
{
    int32_t left = p->repeat; /* rows until a repeated row is followed by the next */
    for (int32_t r = p->rows; r > 0;) {
        int32_t both = !EU_REQUANTIZE_THUMB_1 && (p->repeat > 1 ? left : r) > 1 ? -1 : 0;
        const int8_t *weights = eu_dot_two(a, b, out, p, both);
        for (; both <= 0; both++, r--) {
            if ((p->outputs & 3) != 0) {
                eu_dot_left(a, b, out, p, weights);
            }
            if (--left <= 0) {
                a += p->window[0].step;
                left = p->repeat;
            }
            b += p->window[p->window[0].more].step;
            out += p->out_step;
        }
    }
}
