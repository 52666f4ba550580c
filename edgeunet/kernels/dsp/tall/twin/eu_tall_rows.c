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
