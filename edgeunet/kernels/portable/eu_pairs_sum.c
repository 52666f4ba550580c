/* What the kernels for a convolution over two signals with both operands widened share (see eu_sum.c): per quad the sums of the
 * first signal's rows are made first; from them, for each of the `repeat` phases, output rows phase, phase + repeat, phase + 2 * repeat ... */
typedef struct {
    const int32_t *weights; /* packed quads: weights of a, weights of b, constants */
    int32_t groups;         /* rows of the first signal that are used */
    int32_t repeat;
    int32_t out_step;
    int32_t outputs; /* a multiple of four */
    int32_t block;   /* rows of the first signal whose inputs are widened together */
    int32_t scale;
    uint32_t above;
    uint32_t below;
    eu_pairs_window_t a;
    eu_pairs_window_t b; /* its step is that between rows of one phase, b_phase that between phases */
    int32_t b_phase;
} eu_pairs_sum_t;

typedef int32_t *eu_pairs_unpack_t(const int32_t *packed, int32_t *wide, int32_t groups, int32_t scale);

/* Scratch: four first sums, a quad's weights and its 12 constants, four sums per row of a, the inputs of a and of each phase of b. */
static void eu_pairs_sum(const int8_t *a, const int8_t *b, int8_t *out, const eu_pairs_sum_t *p, int32_t *wide, eu_pairs_code_t *tail,
                         eu_pairs_unpack_t *unpack, int32_t constants)
{
    const int32_t all = p->a.groups + p->b.groups;
    int32_t *const inputs = wide + 16 + 8 * all + 4 * p->block;
    const int32_t a_words = eu_pairs_step(&p->a) / 4;
    const int32_t b_words = eu_pairs_step(&p->b) / 4;
    for (int32_t first = 0; first < p->groups; first += p->block) {
        const int32_t rows = p->groups - first < p->block ? p->groups - first : p->block;
        const int32_t *packed = p->weights;
        int32_t *const b_inputs = eu_pairs_gather(a + first * p->a.step, p->a.step, rows, &p->a, inputs);
        int32_t *t = b_inputs;
        for (int32_t phase = 0; phase < p->repeat; phase++) {
            t = eu_pairs_gather(b + first * p->b.step + phase * p->b_phase, p->b.step, rows, &p->b, t);
        }
        for (int32_t n = 0; n < p->outputs; n += 4) {
            unpack(packed, wide, all, p->scale);
            for (int32_t i = 0; i < rows * p->repeat; i++) {
                const int32_t row = i % rows;
                const int32_t at = ((first + row) * p->repeat + i / rows) * p->out_step + n;
                int32_t sums[4] = {wide[0], wide[1], wide[2], wide[3]};
                const int32_t *w = eu_pairs_add_up(inputs + row * a_words, wide + 4, p->a.groups, sums);
                w = eu_pairs_add_up(b_inputs + i * b_words, w, p->b.groups, sums);
                eu_quad_scale(w, sums, tail());
                eu_quad_store(out + at, sums, p->above, p->below, tail());
            }
            packed += constants + 4 * all;
        }
    }
}
