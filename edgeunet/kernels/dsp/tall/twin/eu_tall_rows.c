/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Windows and rows of a convolution four rows at a time. */

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
