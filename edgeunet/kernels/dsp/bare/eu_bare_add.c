/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for a convolution without scratch memory, with an int8 signal added to its int8 result, share:
 *
 *     out[r * out_step + n] = min(max((t * slope + other[r * other_step + n] * other_slope + add_offset) >> 20, -128), 127)
 *
 * with t by a tail of eu_bare.c; the outputs are a multiple of four. Both roundings are kept; exactness and bounds as in
 * eu_elementwise_add_linear.c. out may be other: four values are read before the first is written. */
typedef struct {
    const int32_t *weights; /* as in eu_bare_t */
    int32_t rows;
    int32_t out_step;
    int32_t outputs;
    int32_t scale;
    eu_bare_window_t in;
    int32_t other_step;
    int32_t slope;
    int32_t other_slope;
    int32_t add_offset;
} eu_bare_add_t;

typedef struct {
    eu_bare_frame_t row;
    int32_t other;       /* 76: the other signal, seen from the output */
    int32_t slope;       /* 80 */
    int32_t other_slope; /* 84 */
    int32_t add_offset;  /* 88 */
} eu_bare_add_frame_t;

#define EU_BARE_ADD_ONE(acc, rotation) \
    "sxtb r12, r6" rotation "\n\tmla " acc ", " acc ", r4, r7\n\tmla " acc ", r12, r5, " acc "\n\t" \
    "ssat " acc ", #8, " acc ", asr #20\n\t"
#define EU_BARE_ADD \
    "ldrd r3, r2, [sp]\n\tadds r3, #76\n\tldmia r3, {r3, r4, r5, r7}\n\tldr r6, [r2, r3]\n\t" \
    EU_BARE_ADD_ONE("r8", "") EU_BARE_ADD_ONE("r9", ", ror #8") \
    EU_BARE_ADD_ONE("r10", ", ror #16") EU_BARE_ADD_ONE("r11", ", ror #24")
#define EU_BARE_ADD_STORE EU_BARE_ADD EU_BARE_STORE

static void eu_bare_added(const int8_t *in, const int8_t *other, int8_t *out, const eu_bare_add_t *p,
                          eu_bare_tail_t *tail)
{
    eu_bare_add_frame_t frame;
    frame.row.weights = p->weights;
    frame.row.tail = tail;
    frame.row.scale = p->scale;
    frame.slope = p->slope;
    frame.other_slope = p->other_slope;
    frame.add_offset = p->add_offset;
    eu_bare_set(&frame.row.signal[0], &p->in, 0);
    for (int32_t r = 0; r < p->rows; r++) {
        frame.row.out = out;
        frame.row.last = out + p->outputs - 4;
        frame.other = (int32_t)((intptr_t)other - (intptr_t)out);
        eu_bare_place(&frame.row.signal[0], &p->in, in);
        eu_bare_row(&frame.row);
        in += p->in.step;
        other += p->other_step;
        out += p->out_step;
    }
}
