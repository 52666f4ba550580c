/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Largest or smallest value over the middle axis of (outer, count, inner).
 *
 *     out[o][i] = (max over k < count of (in[o][k][i] ^ flip)) ^ flip
 *
 * flip is 0, or -1 for the smallest: complements of all bits are in the opposite order. Source: TFLite reference_ops::ReduceGeneric. */
typedef struct {
    int32_t outer;
    int32_t count;
    int32_t inner;
    int32_t in_jump; /* bytes between outer blocks */
    int32_t in_step; /* bytes between neighbours along the middle axis */
    int32_t out_jump;
    int32_t flip;
} eu_reduce_max_t;

static void eu_reduce_max(const int8_t *in, int8_t *out, const eu_reduce_max_t *p)
{
    for (int32_t o = 0; o < p->outer; o++) {
        for (int32_t i = 0; i < p->inner; i++) {
            int32_t largest = in[i] ^ p->flip;
            for (int32_t k = 1; k < p->count; k++) {
                const int32_t x = in[i + k * p->in_step] ^ p->flip;
                largest = x > largest ? x : largest;
            }
            out[i] = (int8_t)(largest ^ p->flip);
        }
        in += p->in_jump;
        out += p->out_jump;
    }
}
