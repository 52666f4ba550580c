/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for a convolution of few rows over two signals share (see eu_quads_sum.c): `repeat` output rows for each row of the first
 * signal. Per channel the chain runs over four rows of the first signal, then, from those sums, over the second signal's rows of each
 * of the `repeat` phases: output rows phase, phase + repeat, phase + 2 * repeat, phase + 3 * repeat. */
typedef struct {
    const int32_t *weights; /* per channel: weights of a, weights of b, constants */
    int32_t groups;         /* rows of the first signal that are used */
    int32_t repeat;
    int32_t out_step;
    int32_t outputs;
    int32_t scale;
    eu_tall_window_t a;
    eu_tall_window_t b;
} eu_tall_sum_t;

typedef struct {
    eu_tall_frame_t rows;    /* its last word, 60: phases to go */
    int32_t repeat;          /* 64 */
    int32_t phase_step;      /* 68: to the next phase of a channel that is stored */
    int32_t rewind;          /* 72: back to the first phase */
    const int8_t *b;         /* 76: weights of b */
    int32_t sums[4];         /* 80: of a */
    eu_tall_chain_t a_chain; /* 96 */
    eu_tall_chain_t b_chain; /* 120 */
    int32_t unused[4];
} eu_tall_sum_frame_t;

/* The chain that follows: over a, or over b. */
#define EU_TALL_USE_CHAIN(at) "add r2, sp, #" at "\n\tldmia r2, {r2-r7}\n\tadd r12, sp, #24\n\tstmia r12, {r2-r7}\n\t"

/* Tail of the chain over a. */
EU_NAKED static void eu_tall_sum_first(void)
{
    __asm__(".syntax unified\n\tstrd r8, r9, [sp, #80]\n\tstrd r10, r11, [sp, #88]\n\tstr r0, [sp, #76]\n\t"
            "ldr r2, [sp, #64]\n\tstr r2, [sp, #60]\n\t" EU_TALL_USE_CHAIN("120") "ldr pc, [sp, #28]");
}

/* After a tail: the next phase, the next channel, or back to the caller. */
EU_NAKED static void eu_tall_sum_next(void)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tldr r2, [sp, #60]\n\tsubs r2, #1\n\tbeq 1f\n\tstr r2, [sp, #60]\n\tldr r0, [sp, #76]\n\t"
            "ldr r2, [sp, #68]\n\tadd lr, r2\n\tldrd r8, r9, [sp, #80]\n\tldrd r10, r11, [sp, #88]\n\tldr pc, [sp, #28]\n"
            "1:\n\tldr r3, [sp, #72]\n\tldrd r1, r2, [sp]\n\tsub lr, r3\n\tcmp lr, r2\n\tbeq 2f\n\t" EU_TALL_USE_CHAIN("96")
            "ldmia r1!, {r8-r11}\n\tldr pc, [sp, #28]\n2:\n\t" EU_TALL_LEAVE);
    /* clang-format on */
}

static void eu_tall_sum(const int8_t *a, const int8_t *b, int8_t *out, const eu_tall_sum_t *p, int32_t *wide,
                        eu_tall_code_t *tail)
{
    const int32_t b_step = p->repeat * p->b.step;
    const int32_t out_step = p->repeat * p->out_step;
    eu_tall_sum_frame_t frame;
    memset(&frame, 0, sizeof frame);
    eu_tall_start(&frame.rows, p->weights, p->scale, wide);
    eu_tall_set_chain(&frame.a_chain, &p->a, eu_tall_sum_first);
    eu_tall_set_chain(&frame.b_chain, &p->b, tail);
    frame.rows.chain = frame.a_chain;
    frame.rows.next = eu_tall_sum_next;
    frame.repeat = p->repeat;
    frame.phase_step = p->out_step - 1;
    frame.rewind = out_step - p->out_step;
    for (int32_t first = 0; first < p->groups; first += 4) {
        const int32_t live = p->groups - first < 4 ? p->groups - first : 4;
        int32_t *t = eu_tall_gather(a + first * p->a.step, p->a.step, live, &p->a, wide + 4);
        for (int32_t phase = 0; phase < p->repeat; phase++) {
            t = eu_tall_gather(b + first * b_step + phase * p->b.step, b_step, live, &p->b, t);
        }
        eu_tall_set_rows(&frame.rows, out + first * out_step, out_step, live, p->outputs);
        eu_tall_loop(&frame, (int32_t)sizeof frame);
    }
}
