/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Windows of a block of rows, both operands widened. */

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
