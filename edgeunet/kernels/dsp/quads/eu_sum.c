/* What the kernels for a convolution over two signals share: quads as in eu_quad.c, with two chains. The inputs of the first
 * signal are summed once for all the rows that a row of it is repeated in. */

/* The stack frame of a row loop, word by word; the loop replaces the group counts by where to enter each chain. */
typedef struct {
    const int32_t *b_wide;      /* 0: widened weights of the second signal; in rows that follow, the loop starts here */
    int32_t out_step;           /* 4 */
    const int8_t *b_group_end;  /* 8: the second signal's inputs after the first group of rows */
    uint32_t above;             /* 12: as in eu_quad_rows_t */
    uint32_t below;             /* 16 */
    int32_t b_gap;              /* 20: from the end of one row's inputs to the start of the next row's */
    int32_t b_groups;           /* 24: groups of four inputs per run */
    int8_t *out;                /* 28 */
    const int8_t *a;            /* 32 */
    const int32_t *a_wide;      /* 36: biases and widened weights of the first signal */
    int32_t a_groups;           /* 40 */
    int32_t unused;             /* 44 */
    int32_t a_gap;              /* 48 */
    const int8_t *b_end;        /* 52: the second signal's inputs after the last row */
    int32_t b_group_step;       /* 56: bytes of the second signal per row of the first */
    const int8_t *b;            /* 60 */
    int32_t sums[4];            /* 64: of the first signal */
    const int32_t *a_last;      /* 80: windows of several runs: end of the first signal's weights */
    int32_t a_run_gap;          /* 84: bytes between runs */
    const int32_t *b_last;      /* 88 */
    int32_t b_run_gap;          /* 92 */
} eu_sum_rows_t;

#define EU_SUM_COPY "ldmia r0!, {r1-r8}\n\tstmia r12!, {r1-r8}\n\t"

/* Both chains, with `a_runs` and `b_runs` after each; ends with the sums of one row in r8-r11. */
#define EU_SUM_CHAINS(a_runs, b_runs)                                                            \
    ".syntax unified\n\tpush {r4-r11, lr}\n\tsub sp, #96\n\tmov r12, sp\n\t"                   \
    EU_SUM_COPY EU_SUM_COPY EU_SUM_COPY "ldr r9, [sp, #40]\n\t" EU_QUAD_FIND                    \
    "strd r10, r11, [sp, #40]\n\tldr r9, [sp, #24]\n\tldr lr, [sp, #28]\n\tb 3f\n"             \
    "1:\n\tldr r0, [sp, #32]\n\tldr r1, [sp, #36]\n\tldmia r1!, {r8-r11}\n\tldr pc, [sp, #40]\n\t" \
    EU_QUAD_ENTRIES_48 EU_QUAD_CHAIN_48("44") a_runs                                                   \
    "ldr r2, [sp, #48]\n\tadd r0, r2\n\tstr r0, [sp, #32]\n\tldr r0, [sp, #60]\n\t"            \
    "strd r8, r9, [sp, #64]\n\tstrd r10, r11, [sp, #72]\n\tldr pc, [sp, #24]\n"                \
    "3:\n\t" EU_QUAD_FIND "strd r10, r11, [sp, #24]\n\tb 1b\n"                                 \
    "5:\n\tldrd r8, r9, [sp, #64]\n\tldrd r10, r11, [sp, #72]\n\tldr pc, [sp, #24]\n\t"        \
    EU_QUAD_ENTRIES_48 EU_QUAD_CHAIN_48("28") b_runs

#define EU_SUM_NEXT_A                                                                            \
    "ldrd r2, r3, [sp, #80]\n\tcmp r1, r2\n\tbeq 4f\n\tadd r0, r3\n\tldr pc, [sp, #40]\n4:\n\t"
#define EU_SUM_NEXT_B                                                                            \
    "ldrd r2, r3, [sp, #88]\n\tcmp r1, r2\n\tbeq 4f\n\tadd r0, r3\n\tldr pc, [sp, #24]\n4:\n\t"

/* r1-r6 hold the frame again: next row of the group, next group, or back to the caller. */
#define EU_SUM_LEAVE                                                                             \
    "add r0, r6\n\tcmp r0, r3\n\tbne 5b\n\tldrd r2, r4, [sp, #52]\n\tcmp r0, r2\n\tbeq 6f\n\t"  \
    "str r0, [sp, #60]\n\tadd r3, r4\n\tstr r3, [sp, #8]\n\tb 1b\n"                             \
    "6:\n\tadd sp, #96\n\tpop {r4-r11, pc}"

/* Geometry of both signals. */
typedef struct {
    int32_t groups; /* rows of the first signal that are used */
    int32_t repeat; /* output rows per row of the first signal */
    int32_t a_step;
    int32_t a_groups; /* groups of four inputs per run */
    int32_t a_runs;
    int32_t a_run_gap; /* bytes between runs */
    int32_t b_step;
    int32_t b_groups;
    int32_t b_runs;
    int32_t b_run_gap;
    int32_t out_step;
    int32_t outputs; /* a multiple of four */
    int32_t block;   /* groups done before any input of later groups is overwritten */
} eu_sum_t;

/* The frame for one block of groups, from group `first` on. */
static void eu_sum_frame(eu_sum_rows_t *frame, const int8_t *a_rows, const int8_t *b_rows, int8_t *out_rows, int32_t first,
                         const eu_sum_t *p, int32_t *wide)
{
    const int32_t groups = p->groups - first < p->block ? p->groups - first : p->block;
    const int8_t *const a = a_rows + first * p->a_step;
    const int8_t *const b = b_rows + first * p->repeat * p->b_step;
    int8_t *const out = out_rows + first * p->repeat * p->out_step;
    const int32_t *const b_wide = wide + 4 + 8 * p->a_runs * p->a_groups;
    frame->b_wide = b_wide;
    frame->out_step = p->out_step;
    frame->b_group_end = b + p->repeat * p->b_step;
    frame->above = 0;
    frame->below = 0;
    frame->b_gap = p->b_step - 4 * p->b_runs * p->b_groups - (p->b_runs - 1) * p->b_run_gap;
    frame->b_groups = p->b_groups;
    frame->out = out;
    frame->a = a;
    frame->a_wide = wide;
    frame->a_groups = p->a_groups;
    frame->a_gap = p->a_step - 4 * p->a_runs * p->a_groups - (p->a_runs - 1) * p->a_run_gap;
    frame->b_end = b + groups * p->repeat * p->b_step;
    frame->b_group_step = p->repeat * p->b_step;
    frame->b = b;
    frame->a_last = b_wide;
    frame->a_run_gap = p->a_run_gap;
    frame->b_last = b_wide + 8 * p->b_runs * p->b_groups;
    frame->b_run_gap = p->b_run_gap;
}
