/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for a convolution of few rows with an int8 signal added to its int8 result share:
 *
 *     out[r * out_step + n] = min(max((t * slope + other[r * other_step + n] * other_slope + add_offset) >> 20, -128), 127)
 *
 * with t by a tail of eu_tall.c. Both roundings are kept; exactness and bounds as in eu_elementwise_add_linear.c. out may be other:
 * a channel's four values are read before the first is written. */
typedef struct {
    const int32_t *weights; /* as in eu_tall_t, up to `in` */
    int32_t rows;
    int32_t out_step;
    int32_t outputs;
    int32_t scale;
    eu_tall_window_t in;
    int32_t other_step;
    int32_t slope;
    int32_t other_slope;
    int32_t add_offset;
} eu_tall_add_t;

typedef struct {
    eu_tall_frame_t rows;
    int32_t other;         /* 64: the other signal, seen from the output */
    int32_t other_rows[3]; /* 68: its rows 1 to 3, seen from row 0 */
    int32_t slope;         /* 80 */
    int32_t other_slope;   /* 84 */
    int32_t add_offset;    /* 88 */
    int32_t unused;
} eu_tall_add_frame_t;

#define EU_TALL_ADD_ONE(acc, at) \
    "ldrsb r12, [r6" at "]\n\tmla " acc ", " acc ", r4, r7\n\tmla " acc ", r12, r5, " acc "\n\t" \
    "ssat " acc ", #8, " acc ", asr #20\n\t"
#define EU_TALL_ADD \
    "ldr r6, [sp, #64]\n\tadd r12, sp, #68\n\tadd r6, lr\n\tldmia r12, {r1-r5, r7}\n\t" \
    EU_TALL_ADD_ONE("r8", "") EU_TALL_ADD_ONE("r9", ", r1") EU_TALL_ADD_ONE("r10", ", r2") EU_TALL_ADD_ONE("r11", ", r3")
#define EU_TALL_ADD_STORE EU_TALL_ADD EU_TALL_STORE

static void eu_tall_added(const int8_t *in, const int8_t *other, int8_t *out, const eu_tall_add_t *p, int32_t *wide,
                          eu_tall_code_t *tail)
{
    eu_tall_add_frame_t frame;
    eu_tall_start(&frame.rows, p->weights, p->scale, wide);
    eu_tall_set_chain(&frame.rows.chain, &p->in, tail);
    frame.slope = p->slope;
    frame.other_slope = p->other_slope;
    frame.add_offset = p->add_offset;
    frame.unused = 0;
    for (int32_t first = 0; first < p->rows; first += 4) {
        const int32_t live = p->rows - first < 4 ? p->rows - first : 4;
        eu_tall_gather(in + first * p->in.step, p->in.step, live, &p->in, wide + 4);
        eu_tall_set_rows(&frame.rows, out + first * p->out_step, p->out_step, live, p->outputs);
        frame.other = (int32_t)((intptr_t)other - (intptr_t)out) + first * (p->other_step - p->out_step);
        for (int32_t r = 0; r < 3; r++) {
            frame.other_rows[r] = eu_tall_row(r + 1, live) * p->other_step;
        }
        eu_tall_loop(&frame, (int32_t)sizeof frame);
    }
}
