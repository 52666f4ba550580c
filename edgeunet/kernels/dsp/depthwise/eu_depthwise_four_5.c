/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* eu_depthwise_5.c with weights of four bits and no bias:
 *
 *     acc[r][n] = 2 * sum over t < 5 of (in[r * in_step + t * in_step + n] - in_zero_point) * w[n][t]
 *     y = (acc * multiplier[n] + 2^31 >> 32) + 2^(shift-1) + zero_point * 2^shift + (acc >> 31)      shift = shift[n]
 *     out[r * out_step + n] = min(max(y >> shift, -128), 127)
 *
 * A word holds a channel's taps and shift. What the input's zero point adds to the sum is computed from them, once per channel. */
typedef struct {
    const int32_t *weights; /* per channel taps 0 to 4, four bits each, the first lowest, then the shift */
    const int32_t *multiplier;
    int32_t from_zero; /* -2 * in_zero_point */
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t outputs;
    int32_t block; /* rows done before any input of later rows is overwritten; even, or all rows */
    int32_t zero_point;
} eu_depthwise_four_5_t;

/* The frame, copied to the stack; rows = 2 * (phase + a multiple of 3). Tables and addresses are those of the next channel. */
typedef void eu_depthwise_four_5_loop_t(void);
typedef struct {
    const int8_t *end;                /* 0: on the stack: the output of the row after the last */
    int32_t in_step;                  /* 4 */
    int32_t out_step;                 /* 8 */
    int32_t shift;                    /* 12: on the stack: the channel's */
    const int8_t *in;                 /* 16 */
    int8_t *out;                      /* 20 */
    const int32_t *weights;           /* 24 */
    int32_t from_zero;                /* 28 */
    const int32_t *multiplier;        /* 32 */
    int32_t unused;                   /* 36 */
    int32_t span;                     /* 40: bytes of output from the first row to the one after the last */
    int32_t phase;                    /* 44 */
    intptr_t loops;                   /* 48: where the loop for a shift of 0 would be listed */
    int32_t zero;                     /* 52: 2 * zero_point + 1 */
    const int8_t *out_end;            /* 56: the output behind the last channel */
    eu_depthwise_four_5_loop_t *next; /* 60 */
} eu_depthwise_four_5_frame_t;

/* The channel after the one that is done, or back to the caller: sets r0 in, r1 out, r7-r10 doubled taps (0, 1), (2, 3), (1, 2), (3, 4) in
 * halves, r11 doubled bias, r12 multiplier, lr rounding, and compares the phase with 1. */
__attribute__((naked, noinline)) static void eu_depthwise_four_5_channel(void)
{
    __asm__(
        ".syntax unified\n\tldrd r0, r1, [sp, #16]\n\tldr r2, [sp, #56]\n\tcmp r1, r2\n\tbeq 1f\n\t"
        "ldr r2, [sp, #24]\n\tldr r3, [sp, #32]\n\tldr r8, [r2], #4\n\tldr r12, [r3], #4\n\tstr r2, [sp, #24]\n\tstr r3, [sp, #32]\n\t"
        "adds r3, r0, #1\n\tadds r4, r1, #1\n\tstrd r3, r4, [sp, #16]\n\tldr r3, [sp, #40]\n\tadd r3, r1\n\tstr r3, [sp]\n\t"
        "ubfx r9, r8, #20, #5\n\tstr r9, [sp, #12]\n\tldrd r2, r3, [sp, #48]\n\tldr r2, [r2, r9, lsl #2]\n\tsub r9, #1\n\t"
        "lsl lr, r3, r9\n\tsbfx r3, r8, #0, #4\n\tsbfx r4, r8, #4, #4\n\tsbfx r5, r8, #8, #4\n\tsbfx r6, r8, #12, #4\n\t"
        "sbfx r10, r8, #16, #4\n\tadd r11, r3, r4\n\tadd r11, r5\n\tadd r11, r6\n\tadd r11, r10\n\tldr r9, [sp, #28]\n\t"
        "mul r11, r11, r9\n\tlsls r3, #1\n\tlsls r4, #1\n\tlsls r5, #1\n\tlsls r6, #1\n\tlsl r10, #1\n\t"
        "pkhbt r7, r3, r4, lsl #16\n\tpkhbt r8, r5, r6, lsl #16\n\tpkhbt r9, r4, r5, lsl #16\n\tpkhbt r10, r6, r10, lsl #16\n\t"
        "ldr r4, [sp, #44]\n\tcmp r4, #1\n\tbx r2\n1:\n\tadd sp, #64\n\tpop {r4-r11, pc}");
}

__attribute__((naked, noinline)) static void eu_depthwise_four_5_run(__attribute__((unused))
                                                                     const eu_depthwise_four_5_frame_t *frame)
{
    __asm__(
        ".syntax unified\n\tpush {r4-r11, lr}\n\tsub sp, #64\n\tmov r12, sp\n\tldmia r0!, {r4-r11}\n\tstmia r12!, {r4-r11}\n\t"
        "ldmia r0, {r4-r11}\n\tstmia r12, {r4-r11}\n\tldr pc, [sp, #60]");
}

#define EU_DEPTHWISE_FOUR_5_LOAD(pair, in_step) \
    "ldrsb " pair ", [r0], #" in_step "\n\tldrsb r2, [r0], #" in_step "\n\tpkhbt " pair ", " pair ", r2, lsl #16\n\t"

#define EU_DEPTHWISE_FOUR_5_STORE(out_step, shift) \
    "add r3, lr, r2, asr #31\n\tsmmlar r2, r2, r12, r3\n\tssat r2, #8, r2, asr #" shift "\n\t" \
    "strb r2, [r1], #" out_step "\n\t"

#define EU_DEPTHWISE_FOUR_5_PAIR(a, b, c, load, store) \
    load "smlad r2, " a ", r7, r11\n\tsmlad r2, " b ", r8, r2\n\tsmlabt r2, " c ", r10, r2\n\t" store \
    "smlatb r2, " a ", r7, r11\n\tsmlad r2, " b ", r9, r2\n\tsmlad r2, " c ", r10, r2\n\t" store

/* The same with steps and shift from the stack, for channels too few to be worth a loop of their own. */
#define EU_DEPTHWISE_FOUR_5_ANY_LOAD(pair) \
    "ldr r3, [sp, #4]\n\tldrsb " pair ", [r0]\n\tldrsb r2, [r0, r3]\n\tadd r0, r0, r3, lsl #1\n\t" \
    "pkhbt " pair ", " pair ", r2, lsl #16\n\t"
#define EU_DEPTHWISE_FOUR_5_ANY_STORE \
    "add r3, lr, r2, asr #31\n\tsmmlar r2, r2, r12, r3\n\tldr r3, [sp, #12]\n\tasr r2, r3\n\t" \
    "ssat r2, #8, r2\n\tldr r3, [sp, #8]\n\tstrb r2, [r1]\n\tadd r1, r3\n\t"

/* A loop of three pairs of rows, after which every pair of inputs is back in its register; entered at the phase. */
#define EU_DEPTHWISE_FOUR_5_ROWS(load_4, load_5, load_6, store) \
    __asm__(".syntax unified\n\tbeq 11f\n\tbhi 12f\n\t" load_4 load_5 \
            "1:\n\t" EU_DEPTHWISE_FOUR_5_PAIR("r4", "r5", "r6", load_6, store) \
            "2:\n\t" EU_DEPTHWISE_FOUR_5_PAIR("r5", "r6", "r4", load_4, store) \
            "3:\n\t" EU_DEPTHWISE_FOUR_5_PAIR("r6", "r4", "r5", load_5, store) \
            "ldr r2, [sp]\n\tcmp r1, r2\n\tbne 1b\n\tldr pc, [sp, #60]\n" \
            "11:\n\t" load_6 load_4 "b 3b\n12:\n\t" load_5 load_6 "b 2b")

#define EU_DEPTHWISE_FOUR_5_LOOP(name, in_step, out_step, shift) \
    __attribute__((naked, noinline)) static void name(void) \
    { \
        EU_DEPTHWISE_FOUR_5_ROWS(EU_DEPTHWISE_FOUR_5_LOAD("r4", in_step), EU_DEPTHWISE_FOUR_5_LOAD("r5", in_step), EU_DEPTHWISE_FOUR_5_LOAD("r6", in_step), \
                            EU_DEPTHWISE_FOUR_5_STORE(out_step, shift)); \
    }

/* Steps and shift from the frame. */
#define EU_DEPTHWISE_FOUR_5_ANY_LOOP(name) \
    __attribute__((naked, noinline)) static void name(void) \
    { \
        EU_DEPTHWISE_FOUR_5_ROWS(EU_DEPTHWISE_FOUR_5_ANY_LOAD("r4"), EU_DEPTHWISE_FOUR_5_ANY_LOAD("r5"), EU_DEPTHWISE_FOUR_5_ANY_LOAD("r6"), EU_DEPTHWISE_FOUR_5_ANY_STORE); \
    }

static void eu_depthwise_four_5_rows(const int8_t *in, int8_t *out, int32_t rows, const eu_depthwise_four_5_t *p,
                                     eu_depthwise_four_5_loop_t *const *loops, int32_t first_shift)
{
    const eu_depthwise_four_5_frame_t frame = {out,
                                               p->in_step,
                                               p->out_step,
                                               0,
                                               in,
                                               out,
                                               p->weights,
                                               p->from_zero,
                                               p->multiplier,
                                               0,
                                               rows * p->out_step,
                                               rows / 2 % 3,
                                               (intptr_t)loops - 4 * first_shift,
                                               2 * p->zero_point + 1,
                                               out + p->outputs,
                                               eu_depthwise_four_5_channel};
    eu_depthwise_four_5_run(&frame);
}

static void eu_depthwise_four_5_block(const int8_t *in, int8_t *out, int32_t rows, const eu_depthwise_four_5_t *p,
                                      eu_depthwise_four_5_loop_t *const *loops, int32_t first_shift)
{
    const int32_t last = rows - 2;
    eu_depthwise_four_5_rows(in, out, rows & ~1, p, loops, first_shift);
    if ((rows & 1) != 0) {
        eu_depthwise_four_5_rows(in + last * p->in_step, out + last * p->out_step, 2, p, loops, first_shift);
    }
}

static void eu_depthwise_four_5(const int8_t *in, int8_t *out, const eu_depthwise_four_5_t *p,
                                eu_depthwise_four_5_loop_t *const *loops, int32_t first_shift)
{
    int32_t rows = p->rows;
    for (; rows > p->block + 1; rows -= p->block) {
        eu_depthwise_four_5_block(in, out, p->block, p, loops, first_shift);
        in += p->block * p->in_step;
        out += p->block * p->out_step;
    }
    eu_depthwise_four_5_block(in, out, rows, p, loops, first_shift);
}
