/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for a convolution over two signals four rows of two channels at a time share (see eu_quads_sum.c): `repeat` output rows
 * for each row of the first signal. Per two channels the chain runs over four rows of the first signal, then, from those sums, over the second
 * signal's rows of each of the `repeat` phases: output rows phase, phase + repeat, phase + 2 * repeat, phase + 3 * repeat. */
typedef struct {
    const int32_t *weights; /* per two channels: weights of a, weights of b, constants */
    int32_t groups;         /* rows of the first signal that are used */
    int32_t repeat;
    int32_t out_step;
    int32_t outputs;
    int32_t scale;
    eu_panels_window_t a;
    eu_panels_window_t b;
} eu_panels_sum_t;

typedef struct {
    eu_panels_frame_t rows;    /* its word 104: phases to go, 0 while the chain runs over a */
    eu_panels_chain_t a_chain; /* 112 */
    eu_panels_chain_t b_chain; /* 124 */
    int32_t repeat;            /* 136 */
    int32_t panel_bytes;       /* 140: of a phase of b */
    int32_t out_step;          /* 144 */
    int32_t back;              /* 148: from the last phase to the first */
    eu_panels_gather_t b;      /* 152 */
    int32_t sums[8];           /* 184 */
    const int32_t *b_weights;  /* 216 */
    int32_t unused;
} eu_panels_sum_frame_t;

/* Chooses the chain that the frame has at `at`. */
#define EU_PANELS_USE(at) "ldr r2, [sp, #" at "]\n\tldr r3, [sp, #" at "+4]\n\tldr r4, [sp, #" at "+8]\n\tstr r2, [sp, #4]\n\tstr r3, [sp, #8]\n\tstr r4, [sp, #12]\n\t"

/* Behind the chain: after a its sums are kept, and the first phase follows. */
#define EU_PANELS_KEEP \
    "ldr r2, [sp, #104]\n\tcbnz r2, 4f\n\tstr r1, [sp, #216]\n\tldr r2, [sp, #136]\n\tstr r2, [sp, #104]\n\tadd r2, sp, #184\n\t" \
    "stmia r2, {r6-r12, lr}\n\t" EU_PANELS_USE("124") "b 7b\n4:\n\t"

/* Behind a tail: the next phase, or the next two channels, or the next four rows. */
#define EU_PANELS_PHASE \
    "ldr r2, [sp, #104]\n\tsubs r2, #1\n\tstr r2, [sp, #104]\n\tbeq 1f\n\tldr r2, [sp, #144]\n\tadd r0, r2\n\tadd r5, r2\n\tsubs r0, #2\n\t" \
    "str r0, [sp, #16]\n\tstr r5, [sp, #32]\n\tldr r0, [sp, #12]\n\tldr r2, [sp, #140]\n\tldr r1, [sp, #216]\n\tadd r2, r0\n\t" \
    "str r2, [sp, #12]\n\tadd r2, sp, #184\n\tldmia r2, {r6-r12, lr}\n\tb.w 7b\n" \
    "1:\n\tldr r2, [sp, #148]\n\tsubs r0, r2\n\tsubs r5, r2\n\tstr r0, [sp, #16]\n\tstr r5, [sp, #32]\n\t" EU_PANELS_USE("112") \
    "cmp r0, r5\n\tbcc.w 6b\n\t"

static void eu_panels_sum_start(eu_panels_sum_frame_t *frame, int8_t *out, const eu_panels_sum_t *p, int32_t *panel)
{
    memset(frame, 0, sizeof *frame);
    frame->panel_bytes = 32 * p->b.groups * p->b.runs;
    frame->a_chain.entry = p->a.first;
    frame->a_chain.skip = p->a.skip;
    frame->a_chain.end = panel + 8 * p->a.groups * p->a.runs;
    frame->b_chain.entry = p->b.first;
    frame->b_chain.skip = p->b.skip;
    frame->b_chain.end = frame->a_chain.end + frame->panel_bytes / 4;
    frame->repeat = p->repeat;
    frame->out_step = p->out_step;
    frame->back = (p->repeat - 1) * p->out_step;
    frame->rows.panel = panel;
    frame->rows.chain = frame->a_chain;
    frame->rows.out = out;
    frame->rows.weights = p->weights;
    frame->rows.out_four = 4 * p->repeat * p->out_step;
    frame->rows.out_next = frame->rows.out_four - (p->outputs + 1) / 2 * 2;
    frame->rows.scale = p->scale;
    frame->rows.gather = eu_panels_gather;
}

typedef void eu_panels_sum_loop_t(const eu_panels_sum_frame_t *frame);

/* A window of b is one run of bytes where there are several phases: those are gathered as the runs of one. */
static void eu_panels_sum(const int8_t *a, const int8_t *b, int8_t *out, const eu_panels_sum_t *p, int32_t *panel,
                          eu_panels_sum_loop_t *loop)
{
    const int32_t b_step = p->repeat * p->b.step;
    eu_panels_sum_frame_t frame;
    eu_panels_sum_start(&frame, out, p, panel);
    for (int32_t first = 0; first < p->groups;) {
        const int32_t left = p->groups - first;
        frame.rows.panels = left < 4 ? 1 : left / 4;
        frame.rows.out_end = frame.rows.out + p->outputs;
        eu_panels_place(frame.rows.out_rows, p->repeat * p->out_step, left);
        eu_panels_from(&frame.rows.from, a + first * p->a.step, p->a.step, left, &p->a);
        eu_panels_from(&frame.b, b + first * b_step, b_step, left, &p->b);
        if (p->repeat > 1) {
            frame.b.runs = p->repeat;
            frame.b.gap = p->b.step - 4 * p->b.groups;
        }
        loop(&frame);
        frame.rows.out += frame.rows.panels * frame.rows.out_four;
        first += 4 * frame.rows.panels;
    }
}
