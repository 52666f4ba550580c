/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Larger or smaller of two int8 signals of one scale: out = max(a ^ flip, b ^ flip) ^ flip.
 *
 * flip is 0, or -1 for the smaller: complements of all bits are in the opposite order. A pitch or step of 0 repeats an operand over
 * rows or channels. out may be either operand. Source: TFLite reference_ops::MaximumMinimumBroadcastSlow. */
typedef struct {
    int32_t rows;
    int32_t channels;
    int32_t a_pitch;
    int32_t a_step; /* bytes between channels: 1 or 0 */
    int32_t b_pitch;
    int32_t b_step;
    int32_t out_pitch;
    int32_t flip;
} eu_maximum_t;

static void eu_maximum(const int8_t *a, const int8_t *b, int8_t *out, const eu_maximum_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t x = a[c * p->a_step] ^ p->flip;
            const int32_t y = b[c * p->b_step] ^ p->flip;
            out[c] = (int8_t)((x > y ? x : y) ^ p->flip);
        }
        a += p->a_pitch;
        b += p->b_pitch;
        out += p->out_pitch;
    }
}
