/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for a convolution over two signals with both operands widened share (see eu_quads_sum.c): per quad the sums of the
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

/* Tail of the first signal: keeps the sums. */
EU_NAKED static void eu_pairs_keep(void)
{
    __asm__(EU_PAIRS_TAIL "stmia lr!, {r8-r11}\n\tldmia sp, {r1-r6}\n\t" EU_PAIRS_LEAVE);
}

/* First sums of the second signal's rows. */
EU_NAKED static void eu_pairs_kept(void)
{
    __asm__(".syntax unified\n\tldr r2, [sp, #72]\n\tldmia r2!, {r8-r11}\n\tstr r2, [sp, #72]\n\tldr pc, [sp, #24]");
}

/* Scratch: four first sums, the weights of a quad for one signal, its 12 constants, four sums per row of a, the inputs of a and of each
 * phase of b. What is unpacked behind the weights of a, or before those of b, means nothing and is not used. */
static void eu_pairs_sum(const int8_t *a, const int8_t *b, int8_t *out, const eu_pairs_sum_t *p, int32_t *wide,
                         eu_pairs_code_t *tail, eu_pairs_unpack_t *unpack, int32_t constants)
{
    int32_t *const sums = wide + 16 + 8 * (p->a.groups > p->b.groups ? p->a.groups : p->b.groups);
    int32_t *const inputs = sums + 4 * p->block;
    eu_pairs_rows_t a_frame;
    eu_pairs_rows_t b_frame;
    eu_pairs_start(&a_frame, &p->a, wide + 4, 0, eu_pairs_keep);
    eu_pairs_start(&b_frame, &p->b, wide + 4, p->repeat * p->out_step, tail);
    a_frame.in = inputs;
    b_frame.head = eu_pairs_kept;
    b_frame.above = p->above;
    b_frame.below = p->below;
    for (int32_t first = 0; first < p->groups; first += p->block) {
        const int32_t rows = p->groups - first < p->block ? p->groups - first : p->block;
        const int32_t b_words = rows * eu_pairs_step(&p->b) / 4;
        const int32_t *packed = p->weights;
        int32_t *const b_inputs = eu_pairs_gather(a + first * p->a.step, p->a.step, rows, &p->a, inputs);
        int32_t *t = b_inputs;
        for (int32_t phase = 0; phase < p->repeat; phase++) {
            t = eu_pairs_gather(b + first * p->b.step + phase * p->b_phase, p->b.step, rows, &p->b, t);
        }
        a_frame.end = inputs + rows * eu_pairs_step(&p->a) / 4;
        for (int32_t n = 0; n < p->outputs; n += 4) {
            unpack(packed, wide, p->a.groups, p->scale);
            a_frame.out = (int8_t *)sums;
            eu_pairs_loop(&a_frame);
            packed += 4 * p->a.groups;
            unpack(packed, wide, p->b.groups, p->scale);
            b_frame.in = b_inputs;
            for (int32_t phase = 0; phase < p->repeat; phase++) {
                b_frame.sums = sums;
                b_frame.end = b_frame.in + b_words;
                b_frame.out = out + (first * p->repeat + phase) * p->out_step + n;
                eu_pairs_loop(&b_frame);
                b_frame.in += b_words;
            }
            packed += constants + 4 * p->b.groups;
        }
    }
}
