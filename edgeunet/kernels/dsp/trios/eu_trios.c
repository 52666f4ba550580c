/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for three rows of two channels share (Cortex-M4/M33): convolutions whose window moves on by one row, in blocks of rows. The
 * inputs of a block, 16 rows at most, are widened to 16 bits once for all channels. For each two inputs (k, k + 2) of a row their words
 * of all rows lie side by side, so that a tap needs one word that the tap before did not have, and those of neighbouring rows are shared.
 * Weights stay in 8 bits; two channels share 16 bits as in eu_panels.c, and 256 times the second's sum is both - first.
 *
 * Two taps of two inputs take 12 SMLAD, 2 SXTB16 and 4 loads for 24 products; panels take 16 SMLAD, 2 SXTB16 and 10 loads for 32.
 *
 * Registers: r0 inputs, r1 weights, r2 r3 weights of two taps, r4-r6 lr inputs of four rows in turn, r7-r9 both of rows 0 .. 2, r10-r12 first of
 * rows 0 .. 2. r0 and r1 point as far before what is loaded as the last load of each makes up for. */
#define EU_TRIOS_NAKED __attribute__((naked, noinline))
#define EU_TRIOS_UNUSED __attribute__((unused))

typedef struct {
    const int32_t
        *weights; /* per two channels: weights, multiplier and 1024 * bias + addend of the second and of the first */
    int32_t rows;
    int32_t out_step;
    int32_t outputs;
    int32_t scale;  /* (2 * zero_point + 1) * 2^13 */
    int32_t step;   /* from row to row of the signal */
    int32_t groups; /* of four channels of it */
    int32_t other_step;
    int32_t other_groups; /* of a second signal, or none */
} eu_trios_t;

/* The frame, copied to the stack. */
typedef struct {
    const int32_t *inputs;  /* 0: of the first row of three, and behind its last two channels */
    const int32_t *end;     /* 4 */
    int8_t *out;            /* 8 */
    int32_t out_step;       /* 12 */
    int32_t out_second;     /* 16: two of them */
    int8_t *out_end;        /* 20: the output behind the last channel */
    const int32_t *weights; /* 24 */
    int32_t out_next;       /* 28: from behind the last two channels to the next three rows */
    int32_t out_three;      /* 32: bytes of three rows */
    int32_t threes;         /* 36 */
    int32_t scale;          /* 40 */
    int32_t unused;
} eu_trios_frame_t;

/* Copies the frame to the stack; inputs begin `before` bytes before the first that is loaded, weights a word. */
#define EU_TRIOS_SET_UP(before) \
    ".syntax unified\n\tpush {r4-r11, lr}\n\tsub sp, #48\n\tmov r12, sp\n\tldmia r0!, {r1-r6}\n\tstmia r12!, {r1-r6}\n\t" \
    "ldmia r0!, {r1-r6}\n\tstmia r12!, {r1-r6}\n\tldr r1, [sp]\n\tldr r2, [sp, #4]\n\tldr r3, [sp, #24]\n\t" \
    "subs r1, #" before "\n\tsubs r2, #" before "\n\tsubs r3, #4\n\tstr r1, [sp]\n\tstr r2, [sp, #4]\n\tstr r3, [sp, #24]\n"

/* Two inputs of three rows by the weights of a tap, of both channels and of the first. */
#define EU_TRIOS_TAP(w, x, y, z) \
    "smlad r7, " x ", " w ", r7\n\tsmlad r8, " y ", " w ", r8\n\tsmlad r9, " z ", " w ", r9\n\tsxtb16 " w ", " w "\n\t" \
    "smlad r10, " x ", " w ", r10\n\tsmlad r11, " y ", " w ", r11\n\tsmlad r12, " z ", " w ", r12\n\t"
#define EU_TRIOS_TWO(x, y, z, next) EU_TRIOS_TAP("r2", x, y, z) EU_TRIOS_TAP("r3", y, z, next)

/* Loads for the first two taps, two more, the last one. */
#define EU_TRIOS_FIRST(x, y, z, next) \
    "ldr r2, [r1, #4]\n\tldr r3, [r1, #8]\n\tldr r4, [r0, #" x "]\n\tldr r5, [r0, #" y "]\n\tldr r6, [r0, #" z "]\n\tldr lr, [r0, #" next "]\n\t" \
    EU_TRIOS_TWO("r4", "r5", "r6", "lr")
#define EU_TRIOS_MORE(w, v, x, at, y, next) \
    "ldr r2, [r1, #" w "]\n\tldr r3, [r1, #" v "]\n\tldr " x ", [r0, #" at "]\n\tldr " y ", [r0, #" next "]\n\t"
#define EU_TRIOS_LAST(w, x, load) "ldr r2, [r1, #" w "]!\n\tldr " x ", [r0, #64]!\n\t" load

/* All taps of two inputs. */
#define EU_TRIOS_BEFORE_3 "48"
#define EU_TRIOS_UNIT_3(load) EU_TRIOS_FIRST("48", "52", "56", "60") EU_TRIOS_LAST("12", "r4", load) EU_TRIOS_TAP("r2", "r6", "lr", "r4")
#define EU_TRIOS_BEFORE_5 "40"
#define EU_TRIOS_UNIT_5(load) \
    EU_TRIOS_FIRST("40", "44", "48", "52") EU_TRIOS_MORE("12", "16", "r4", "56", "r5", "60") EU_TRIOS_TWO("r6", "lr", "r4", "r5") \
    EU_TRIOS_LAST("20", "r6", load) EU_TRIOS_TAP("r2", "r4", "r5", "r6")
#define EU_TRIOS_BEFORE_7 "32"
#define EU_TRIOS_UNIT_7(load) \
    EU_TRIOS_FIRST("32", "36", "40", "44") EU_TRIOS_MORE("12", "16", "r4", "48", "r5", "52") EU_TRIOS_TWO("r6", "lr", "r4", "r5") \
    EU_TRIOS_MORE("20", "24", "r6", "56", "lr", "60") EU_TRIOS_TWO("r4", "r5", "r6", "lr") \
    EU_TRIOS_LAST("28", "r4", load) EU_TRIOS_TAP("r2", "r6", "lr", "r4")

/* RELU by the high word of one product, as in eu_panels.c. */
#define EU_TRIOS_HIGH(a, b, c, bias, times, shift) \
    "add " a ", " bias ", " a ", lsl #" shift "\n\tadd " b ", " bias ", " b ", lsl #" shift "\n\tadd " c ", " bias ", " c ", lsl #" shift "\n\t" \
    "bic " a ", " a ", " a ", asr #31\n\tbic " b ", " b ", " b ", asr #31\n\tbic " c ", " c ", " c ", asr #31\n\t" \
    "smmla " a ", " a ", " times ", r6\n\tsmmla " b ", " b ", " times ", r6\n\tsmmla " c ", " c ", " times ", r6\n\t" \
    "ssat " a ", #8, " a ", asr #14\n\tssat " b ", #8, " b ", asr #14\n\tssat " c ", #8, " c ", asr #14\n\t"
#define EU_TRIOS_RELU \
    "ldr r2, [r1, #4]\n\tldr r3, [r1, #8]\n\tldr r4, [r1, #12]\n\tldr r5, [r1, #16]!\n\tldr r6, [sp, #40]\n\t" \
    "sub r7, r7, r10\n\tsub r8, r8, r11\n\tsub r9, r9, r12\n\t" EU_TRIOS_HIGH("r7", "r8", "r9", "r3", "r2", "2") \
    EU_TRIOS_HIGH("r10", "r11", "r12", "r5", "r4", "10")

/* Stores the six values, of an odd count of channels the last one alone; where that was the last one, carry is set. */
#define EU_TRIOS_STORE \
    "ldr r0, [sp, #8]\n\tldr r2, [sp, #12]\n\tldr r3, [sp, #16]\n\tldr r4, [sp, #20]\n\tadd r2, r0\n\tadd r3, r0\n\t" \
    "strb r10, [r0]\n\tstrb r11, [r2]\n\tstrb r12, [r3]\n\tadds r0, #2\n\tcmp r0, r4\n\tbhi 1f\n\t" \
    "strb r7, [r0, #-1]\n\tstrb r8, [r2, #1]\n\tstrb r9, [r3, #1]\n1:\n\tstr r0, [sp, #8]\n\t"

/* The next three rows, from label 5, or back to the caller. */
#define EU_TRIOS_NEXT \
    "ldr r2, [sp, #28]\n\tldr r3, [sp, #32]\n\tldr r5, [sp, #36]\n\tadd r0, r2\n\tadd r4, r3\n\tstr r0, [sp, #8]\n\tstr r4, [sp, #20]\n\t" \
    "ldr r2, [sp]\n\tldr r3, [sp, #4]\n\tadds r2, #12\n\tadds r3, #12\n\tstr r2, [sp]\n\tstr r3, [sp, #4]\n\t" \
    "subs r5, #1\n\tstr r5, [sp, #36]\n\tbne.w 5b\n\tadd sp, #48\n\tpop {r4-r11, pc}"

typedef void eu_trios_loop_t(const eu_trios_frame_t *frame);

/* Rows of the next block of `left`: all, or as many threes as there are, but so that three or more are left. */
static int32_t eu_trios_block(int32_t left, int32_t most)
{
    return left <= most ? left : left < most + 3 ? most - 3 : most;
}

/* A block at a time: its threes of rows, then the last three once more where rows are left over. */
static void eu_trios_run(const int8_t *in, const int8_t *other, int8_t *out, const eu_trios_t *p, int32_t *panel,
                         int32_t taps, eu_trios_loop_t *loop)
{
    const int32_t most = (17 - taps) / 3 * 3;
    eu_trios_frame_t frame;
    frame.out_step = p->out_step;
    frame.out_second = 2 * p->out_step;
    frame.out_three = 3 * p->out_step;
    frame.out_next = frame.out_three - (p->outputs + 1) / 2 * 2;
    frame.weights = p->weights;
    frame.scale = p->scale;
    for (int32_t first = 0; first < p->rows;) {
        const int32_t block = eu_trios_block(p->rows - first, most);
        int32_t *const end = eu_trios_widen(in + first * p->step, p->step, p->groups, block + taps - 1, panel);
        eu_trios_widen(other + first * p->other_step, p->other_step, p->other_groups, block + taps - 1, end);
        frame.threes = block / 3;
        for (int32_t row = 0; frame.threes > 0; row = block - 3) {
            frame.inputs = panel + row;
            frame.end = frame.inputs + 32 * (p->groups + p->other_groups);
            frame.out = out + (first + row) * p->out_step;
            frame.out_end = frame.out + p->outputs;
            loop(&frame);
            frame.threes = row == 0 && block % 3 > 0;
        }
        first += block;
    }
}
