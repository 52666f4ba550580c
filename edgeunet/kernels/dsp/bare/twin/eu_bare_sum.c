/* What the kernels for a convolution over two signals without scratch memory share (see eu_quads_sum.c): `repeat` output rows for each row of
 * the first signal. */
typedef struct {
    const int32_t *weights; /* per four channels: weights of a, weights of b, constants */
    int32_t groups;         /* rows of the first signal that are used */
    int32_t repeat;
    int32_t out_step;
    int32_t outputs;
    int32_t scale;
    uint32_t above;
    uint32_t below;
    eu_bare_window_t a;
    eu_bare_window_t b;
} eu_bare_sum_t;

static void eu_bare_sum(const int8_t *a, const int8_t *b, int8_t *out, const eu_bare_sum_t *p, eu_bare_tail_t *tail)
{
    const eu_bare_window_t *const windows[2] = {&p->a, &p->b};
    for (int32_t r = 0; r < p->groups * p->repeat; r++) {
        const int8_t *const row[2] = {a + r / p->repeat * p->a.step, b + r * p->b.step};
        eu_bare_row(row, windows, out + r * p->out_step, p->weights, p->outputs, p->scale, tail);
        eu_bare_clamp(out + r * p->out_step, p->outputs, p->above, p->below);
    }
}
