/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What is left of four outputs, one by one; weights and scaling are behind those of the others. */
EU_DOT_APART static void eu_dot_left(const int8_t *a, const int8_t *b, int8_t *out, const eu_dot_block_t *p,
                                     const int8_t *weights)
{
    const int32_t low = p->low;
    const int32_t range = p->range;
    const int32_t *scaling = p->scaling + 2 * (p->outputs & ~3);
    for (int32_t n = p->outputs & ~3; n < p->outputs; n++) {
        int32_t acc = *scaling++;
        const int32_t multiplier = *scaling++;
        const eu_dot_window_t *v = p->window;
        for (const int8_t *in = a;; in = b, v++) {
            for (int32_t t = v->runs; t > 0; t--) {
                for (const int8_t *end = in + v->length; in != end;) {
                    acc += *in++ * *weights++;
                }
                in += v->gap;
            }
            if (v->more == 0) {
                break;
            }
        }
        const int32_t shift = *weights++ + 2;
        const int32_t high = eu_requantize_high(p->above, shift);
        out[n] = EU_DOT_OUT(acc);
    }
}
