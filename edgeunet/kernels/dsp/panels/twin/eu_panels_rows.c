/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of the parts of eu_panels.c: same frame, same packing, one product at a time. */

/* Rows 1 to 3 of four of which `live` exist, seen from row 0: the last one stands in for those missing. */
static void eu_panels_place(int32_t rows[3], int32_t step, int32_t live)
{
    for (int32_t r = 1; r < 4; r++) {
        rows[r - 1] = (r < live ? r : live - 1) * step;
    }
}

static void eu_panels_from(eu_panels_gather_t *from, const int8_t *in, int32_t step, int32_t live,
                           const eu_panels_window_t *window)
{
    from->in = in;
    eu_panels_place(from->rows, step, live);
    from->next = 4 * step;
    from->groups = window->groups;
    from->runs = window->runs;
    from->gap = window->gap;
}

/* The loops of twins widen by eu_panels_widen. */
static void eu_panels_gather(void)
{
}

static uint32_t eu_panels_two(int8_t low, int8_t high)
{
    return (uint32_t)(int32_t)high << 16 | ((uint32_t)(int32_t)low & 0xFFFFU);
}

/* Widens the four rows behind `panels` times four; returns the end of their panel. */
static int32_t *eu_panels_widen(const eu_panels_gather_t *from, int32_t panels, int32_t *panel)
{
    const int32_t at[4] = {0, from->rows[0], from->rows[1], from->rows[2]};
    const int8_t *in = from->in + panels * from->next;
    for (int32_t run = 0; run < from->runs; run++) {
        for (int32_t k = 0; k < 8 * from->groups; k++) {
            const int8_t *const x = in + at[k & 3] + (k >> 3) * 4 + (k >> 2 & 1);
            *panel++ = (int32_t)eu_panels_two(x[0], x[2]);
        }
        in += 4 * from->groups + from->gap;
    }
    return panel;
}

/* Sums of four rows: of two channels' weights together, which may wrap, and of the first one's. */
typedef struct {
    uint32_t both[4];
    int32_t first[4];
} eu_panels_sums_t;

/* Adds the products of `groups` groups of four inputs; returns the end of the weights. */
static const int32_t *eu_panels_sum_up(const int32_t *panel, const int32_t *weights, int32_t groups,
                                       eu_panels_sums_t *sums)
{
    for (int32_t two = 0; two < 2 * groups; two++) {
        const uint32_t w = (uint32_t)*weights++;
        for (int32_t r = 0; r < 4; r++) {
            const uint32_t x = (uint32_t)*panel++;
            const int32_t low = (int16_t)(uint16_t)(x & 0xFFFFU);
            const int32_t high = (int16_t)(uint16_t)(x >> 16);
            sums->both[r] +=
                (uint32_t)(low * (int16_t)(uint16_t)(w & 0xFFFFU)) + (uint32_t)(high * (int16_t)(uint16_t)(w >> 16));
            sums->first[r] += low * (int8_t)(uint8_t)(w & 0xFFU) + high * (int8_t)(uint8_t)(w >> 16 & 0xFFU);
        }
    }
    return weights;
}

static int32_t eu_panels_cut(int64_t value)
{
    return (int32_t)(value < -128 ? -128 : value > 127 ? 127 : value);
}

/* The tails. */
typedef enum { EU_PANELS_OF_SATURATED, EU_PANELS_OF_RELU, EU_PANELS_OF_LINEAR } eu_panels_tail_t;

/* A channel's sum to int8 by its constants: the high word of one product, or double rounding. */
static int32_t eu_panels_scale(const int32_t *constants, int32_t scale, int32_t sum, eu_panels_tail_t tail)
{
    if (tail != EU_PANELS_OF_LINEAR) {
        const int64_t lifted = (int64_t)1024 * sum + constants[1];
        const int64_t product = (tail == EU_PANELS_OF_RELU && lifted < 0 ? 0 : lifted) * constants[0];
        return eu_panels_cut(((product >> 32) + scale) >> 14);
    }
    const int32_t shift = (constants[1] & 31) + 1;
    const int32_t acc = 2 * sum + (constants[1] >> 5);
    const int64_t y = (((int64_t)acc * constants[0] + ((int64_t)1 << 31)) >> 32) + scale * ((int32_t)1 << (shift - 1)) +
                      (acc < 0 ? -1 : 0);
    return eu_panels_cut(y >> shift);
}

/* The values of rows 0 .. 3 of two channels; returns the end of the constants. */
static const int32_t *eu_panels_values(const int32_t *constants, int32_t scale, const eu_panels_sums_t *sums,
                                       eu_panels_tail_t tail, int32_t values[2][4])
{
    for (int32_t r = 0; r < 4; r++) {
        const int32_t apart = (int32_t)(sums->both[r] - (uint32_t)sums->first[r]);
        values[0][r] = eu_panels_scale(constants + 2, scale, sums->first[r], tail);
        values[1][r] = eu_panels_scale(constants, scale, apart >> 8, tail);
    }
    return constants + 4;
}

/* Stores the values of as many of two channels as there are. */
static void eu_panels_store(int8_t *out, const int32_t rows[3], int32_t channels, int32_t values[2][4])
{
    const int32_t at[4] = {0, rows[0], rows[1], rows[2]};
    for (int32_t i = 0; i < 8; i++) {
        if (i >> 2 < channels) {
            out[at[i & 3] + (i >> 2)] = (int8_t)values[i >> 2][i & 3];
        }
    }
}
