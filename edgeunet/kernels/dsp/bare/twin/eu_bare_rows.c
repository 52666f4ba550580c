/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Windows of a convolution without scratch memory: `runs` runs of 4 * `groups` neighbouring bytes, `run_gap` bytes between them. */
static const int32_t *eu_bare_runs(const int8_t *in, const eu_bare_window_t *window, const int32_t *weights,
                                   uint32_t *sums)
{
    for (int32_t run = 0; run < window->runs; run++) {
        weights = eu_bare_products(in + run * (4 * window->groups + window->run_gap), weights, window->groups, sums);
    }
    return weights;
}

/* All channels of a row over one signal or two; where they are no multiple of four, the last four overlap those before them. Returns
 * the end of their weights. */
static const int32_t *eu_bare_row(const int8_t *const in[2], const eu_bare_window_t *const windows[2], int8_t *values,
                                  const int32_t *weights, int32_t outputs, int32_t scale, eu_bare_tail_t *tail)
{
    for (int32_t n = 0; n < outputs; n += 4) {
        int8_t *const out = values + (n < outputs - 4 ? n : outputs - 4);
        uint32_t raw[4] = {0, 0, 0, 0};
        int32_t sums[4];
        for (int32_t i = 0; i < 2 && windows[i] != NULL; i++) {
            weights = eu_bare_runs(in[i], windows[i], weights, raw);
        }
        for (int32_t c = 0; c < 4; c++) {
            const int32_t sum = (int32_t)(c % 2 != 0 ? raw[c] - raw[c - 1] : raw[c]);
            sums[c] = c % 2 != 0 ? sum >> 8 : sum;
        }
        weights = tail(weights, scale, sums);
        for (int32_t c = 0; c < 4; c++) {
            out[c] = (int8_t)sums[c];
        }
    }
    return weights;
}

/* Cuts values counted from 0 and moves them to their place, as UQADD8 and UADD8 do; with `above` and `below` 0 nothing changes. */
static void eu_bare_clamp(int8_t *values, int32_t outputs, uint32_t above, uint32_t below)
{
    for (int32_t n = 0; n < outputs && (above | below) != 0; n++) {
        const int32_t value =
            eu_bare_cut((values[n] & 255) + (int32_t)(above & 255U), 0, 255) + (int32_t)(below & 255U);
        values[n] = (int8_t)(((value & 255) ^ 128) - 128);
    }
}
