/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Windows of a block of rows, both operands widened. */
/* Where the windows of rows lie: `groups` groups of four inputs each, `step` bytes from one to the next. */
typedef struct {
    int32_t step;
    int32_t groups;
    int32_t pass_groups; /* groups that the chain takes at once */
} eu_pairs_window_t;

/* Bytes from one widened window to the next: those that overlap or follow each other are widened as they lie, else without the gaps. */
static int32_t eu_pairs_step(const eu_pairs_window_t *window)
{
    return 2 * (window->step < 4 * window->groups ? window->step : 4 * window->groups);
}

/* Widens the windows of `rows` rows, `step` bytes apart; returns the end. */
static int32_t *eu_pairs_gather(const int8_t *in, int32_t step, int32_t rows, const eu_pairs_window_t *window,
                                int32_t *wide)
{
    if (step <= 4 * window->groups) {
        return eu_pairs_widen(in, wide, (rows - 1) * step / 4 + window->groups);
    }
    for (int32_t r = 0; r < rows; r++) {
        wide = eu_pairs_widen(in + r * step, wide, window->groups);
    }
    return wide;
}

/* What does not change from quad to quad; the caller sets out, in, end and last. */
static void eu_pairs_start(eu_pairs_rows_t *frame, const eu_pairs_window_t *window, const int32_t *wide,
                           int32_t out_step, eu_pairs_code_t *tail)
{
    memset(frame, 0, sizeof *frame);
    frame->wide = wide;
    frame->out_step = out_step;
    frame->gap = eu_pairs_step(window) - 8 * window->groups;
    frame->groups = window->pass_groups;
    frame->exit = window->pass_groups == window->groups ? tail : eu_pairs_pass;
    frame->tail = tail;
    frame->last = wide + 8 * window->groups;
    frame->head = eu_pairs_first;
}
