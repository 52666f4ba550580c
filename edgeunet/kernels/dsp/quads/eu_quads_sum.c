/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for a convolution over two signals share: quads as in eu_quads.c, with two chains. The inputs of the first
 * signal are summed once for all the rows that a row of it is repeated in. */

/* The stack frame of a row loop, word by word; the loop replaces the group counts by where to enter each chain. */
typedef struct {
    const int32_t *b_wide;     /* 0: widened weights of the second signal; in rows that follow, the loop starts here */
    int32_t out_step;          /* 4 */
    const int8_t *b_group_end; /* 8: the second signal's inputs after the first group of rows */
    uint32_t above;            /* 12: as in eu_quads_rows_t */
    uint32_t below;            /* 16 */
    int32_t b_gap;             /* 20: from the end of one row's inputs to the start of the next row's */
    int32_t b_groups;          /* 24: groups of four inputs per run */
    int8_t *out;               /* 28 */
    const int8_t *a;           /* 32 */
    const int32_t *a_wide;     /* 36: biases and widened weights of the first signal */
    int32_t a_groups;          /* 40 */
    int32_t unused;            /* 44 */
    int32_t a_gap;             /* 48 */
    const int8_t *b_end;       /* 52: the second signal's inputs after the last row */
    int32_t b_group_step;      /* 56: bytes of the second signal per row of the first */
    const int8_t *b;           /* 60 */
    int32_t sums[4];           /* 64: of the first signal */
    const int32_t *a_last;     /* 80: windows of several runs: end of the first signal's weights */
    int32_t a_run_gap;         /* 84: bytes between runs */
    const int32_t *b_last;     /* 88 */
    int32_t b_run_gap;         /* 92 */
} eu_quads_sum_rows_t;

/* Geometry of both signals. */
typedef struct {
    int32_t groups; /* rows of the first signal that are used */
    int32_t repeat; /* output rows per row of the first signal */
    int32_t a_step;
    int32_t a_groups; /* groups of four inputs per run */
    int32_t a_runs;
    int32_t a_run_gap; /* bytes between runs */
    int32_t b_step;
    int32_t b_groups;
    int32_t b_runs;
    int32_t b_run_gap;
    int32_t out_step;
    int32_t outputs; /* a multiple of four */
    int32_t block;   /* groups done before any input of later groups is overwritten */
} eu_quads_sum_geometry_t;

/* What the kernels are told; those that clamp, below. */
typedef struct {
    const int32_t *
        weights; /* per quad: bias[4] with the linear tail, weights of a, weights of b, multiplier[4], then offset[4] or shifts */
    int32_t scale; /* shift of the offsets, or the zero point */
    eu_quads_sum_geometry_t sum;
} eu_quads_sum_t;

typedef struct {
    const int32_t *weights; /* per quad: weights of a, weights of b, multiplier[4], offset[4] */
    int32_t scale;          /* shift of the offsets */
    uint32_t above;         /* see eu_quads.c */
    uint32_t below;
    eu_quads_sum_geometry_t sum;
} eu_quads_sum_clamped_t;

/* The frame for one block of groups, from group `first` on. */
static void eu_quads_sum_frame(eu_quads_sum_rows_t *frame, const int8_t *a_rows, const int8_t *b_rows, int8_t *out_rows,
                               int32_t first, const eu_quads_sum_geometry_t *p, int32_t *wide)
{
    const int32_t groups = p->groups - first < p->block ? p->groups - first : p->block;
    const int8_t *const a = a_rows + first * p->a_step;
    const int8_t *const b = b_rows + first * p->repeat * p->b_step;
    int8_t *const out = out_rows + first * p->repeat * p->out_step;
    const int32_t *const b_wide = wide + 4 + 8 * p->a_runs * p->a_groups;
    frame->b_wide = b_wide;
    frame->out_step = p->out_step;
    frame->b_group_end = b + p->repeat * p->b_step;
    frame->above = 0;
    frame->below = 0;
    frame->b_gap = p->b_step - 4 * p->b_runs * p->b_groups - (p->b_runs - 1) * p->b_run_gap;
    frame->b_groups = p->b_groups;
    frame->out = out;
    frame->a = a;
    frame->a_wide = wide;
    frame->a_groups = p->a_groups;
    frame->a_gap = p->a_step - 4 * p->a_runs * p->a_groups - (p->a_runs - 1) * p->a_run_gap;
    frame->b_end = b + groups * p->repeat * p->b_step;
    frame->b_group_step = p->repeat * p->b_step;
    frame->b = b;
    frame->a_last = b_wide;
    frame->a_run_gap = p->a_run_gap;
    frame->b_last = b_wide + 8 * p->b_runs * p->b_groups;
    frame->b_run_gap = p->b_run_gap;
}
