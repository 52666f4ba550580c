/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Windows and rows of a convolution four rows at a time. */

/* Where the bytes of a window lie: `runs` runs of 4 * `groups` neighbouring bytes, `run_gap` bytes between them. */
typedef struct {
    int32_t step; /* from row to row */
    int32_t groups;
    int32_t runs;
    int32_t run_gap;
    int32_t pass_groups; /* groups that the chain takes at once, and how often it is run */
    int32_t passes;
} eu_tall_window_t;

/* Row `row` of four of which `live` exist: the last one stands in for those missing. */
static int32_t eu_tall_row(int32_t row, int32_t live)
{
    return row < live ? row : live - 1;
}

/* Widens the windows of four rows, `step` bytes apart; returns the end. */
static int32_t *eu_tall_gather(const int8_t *in, int32_t step, int32_t live, const eu_tall_window_t *window,
                               int32_t *wide)
{
    for (int32_t run = 0; run < window->runs; run++) {
        const int8_t *rows[4];
        for (int32_t r = 0; r < 4; r++) {
            rows[r] = in + eu_tall_row(r, live) * step;
        }
        wide = eu_tall_widen(rows, wide, window->groups);
        in += 4 * window->groups + window->run_gap;
    }
    return wide;
}

static void eu_tall_set_chain(eu_tall_chain_t *chain, const eu_tall_window_t *window, eu_tall_code_t *tail)
{
    chain->exit = window->passes == 1 ? tail : eu_tall_pass;
    chain->groups = window->pass_groups;
    chain->even = 0;
    chain->tail = tail;
    chain->left = window->passes;
    chain->passes = window->passes;
}

/* The frame for four rows of which `live` exist, `step` bytes apart. */
static void eu_tall_set_rows(eu_tall_frame_t *frame, int8_t *out, int32_t step, int32_t live, int32_t outputs)
{
    frame->out = out;
    frame->end = out + outputs;
    for (int32_t r = 0; r < 3; r++) {
        frame->out_rows[r] = eu_tall_row(r + 1, live) * step;
    }
}

static void eu_tall_start(eu_tall_frame_t *frame, const int32_t *weights, int32_t scale, int32_t *wide)
{
    for (int32_t r = 0; r < 4; r++) {
        wide[r] = 0;
    }
    frame->wide = wide;
    frame->next = eu_tall_next;
    frame->scale = scale;
    frame->weights = (const int8_t *)weights;
    frame->unused = 0;
}
