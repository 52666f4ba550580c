/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* The rows and quads of a convolution; what the kernels named eu_quads_conv_ share. */

typedef void eu_quads_loop_t(const eu_quads_rows_t *);

/* The last quad where only `live` of its channels exist: what `loop` writes too much is written again by the rows and quads
 * that follow (rows lie without gaps then), and where nothing follows it goes through four bytes aside. */
static void eu_quads_partial(eu_quads_loop_t *loop, eu_quads_rows_t frame, int32_t rows, int32_t in_step, int32_t live)
{
    const int32_t direct = rows - (3 - live) / frame.out_step - 1;
    if (direct > 0) {
        frame.end = frame.in + direct * in_step;
        loop(&frame);
        frame.in += direct * in_step;
        frame.out += direct * frame.out_step;
    }
    for (int32_t r = direct > 0 ? direct : 0; r < rows; r++) {
        int8_t aside[4];
        int8_t *const out = frame.out;
        frame.out = aside;
        frame.end = frame.in + in_step;
        loop(&frame);
        memcpy(out, aside, (size_t)live);
        frame.in += in_step;
        frame.out = out + frame.out_step;
    }
}

/* A convolution in quads: what all kernels of that kind are told. */
typedef struct {
    const int32_t *weights; /* packed quads */
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t outputs;
    int32_t block;         /* rows done before any input of later rows is overwritten */
    int32_t groups;        /* groups of four inputs per run */
    int32_t runs;          /* runs per window */
    int32_t run_gap;       /* bytes between runs, or where the last four inputs start (see EU_QUADS_LAST) */
    int32_t packed_groups; /* groups of weights per quad */
    int32_t scale;         /* what unpack wants: shift of the offsets, or the output's zero point */
    uint32_t above;        /* as in eu_quads_rows_t */
    uint32_t below;
} eu_quads_conv_t;

typedef int32_t *eu_quads_unpack_t(const int32_t *packed, int32_t *wide, int32_t groups, int32_t scale);

/* The last quad runs first, so that the others write over what it writes too much. */
static void eu_quads_conv(const int8_t *in, int8_t *out, const eu_quads_conv_t *p, int32_t *wide, eu_quads_loop_t *loop,
                          eu_quads_unpack_t *unpack, int32_t constants)
{
    const int32_t size = constants + 4 * p->packed_groups;
    const int32_t gap = p->in_step - p->runs * 4 * p->groups - (p->runs - 1) * p->run_gap;
    eu_quads_rows_t frame = {wide, p->out_step, in,        p->above, p->below,   gap,
                             in,   out,         p->groups, wide,     p->run_gap, {0, 0, 0, 0}};
    for (int32_t first = 0; first < p->rows; first += p->block) {
        const int32_t rows = p->rows - first < p->block ? p->rows - first : p->block;
        int32_t n = (p->outputs - 1) & ~3;
        const int32_t *packed = p->weights + (n >> 2) * size;
        frame.end = frame.in + rows * p->in_step;
        frame.out = out + first * p->out_step + n;
        for (int32_t live = p->outputs - n; n >= 0; n -= 4) {
            frame.last = unpack(packed, wide, p->packed_groups, p->scale);
            if (live < 4) {
                eu_quads_partial(loop, frame, rows, p->in_step, live);
            } else {
                loop(&frame);
            }
            live = 4;
            packed -= size;
            frame.out -= 4;
        }
        frame.in = frame.end;
    }
}
