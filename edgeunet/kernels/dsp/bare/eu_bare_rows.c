/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Windows of a convolution without scratch memory: `runs` runs of 4 * `groups` neighbouring bytes, `run_gap` bytes between them. */
typedef struct {
    int32_t step; /* from row to row */
    int32_t groups;
    int32_t runs;
    int32_t run_gap;
} eu_bare_window_t;

static void eu_bare_set(eu_bare_signal_t *signal, const eu_bare_window_t *window, int32_t more)
{
    signal->gap = window->run_gap;
    signal->skipped = -window->groups & 3;
    signal->turns = (window->groups + 3) >> 2;
    signal->more = more;
}

static void eu_bare_place(eu_bare_signal_t *signal, const eu_bare_window_t *window, const int8_t *in)
{
    signal->in = in;
    signal->end = in + window->runs * (4 * window->groups + window->run_gap) - window->run_gap;
}
