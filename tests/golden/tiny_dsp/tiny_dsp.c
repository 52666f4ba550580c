/* tiny_dsp: kernels, arguments and the network itself.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  dsp, for Cortex-M4, M7, M33 (DSP extension)
 * command  edgeunet export-c --kernels dsp --mode window
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#include "tiny_dsp.h"

#include <stddef.h>
#include <string.h>

#if TINY_DSP_DIGEST != 0x20C3C77DUL
#error "this file and tiny_dsp.h come from different runs of edgeunet export-c; use files of one run"
#endif

#ifndef __ARM_FEATURE_DSP
#error "dsp kernels are for Cortex-M4, M7, M33 (DSP extension): set -mcpu to one of these, or export with --kernels portable"
#endif

#if defined(__ARM_BIG_ENDIAN) || (defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
#error "these kernels take four bytes for a word, lowest first: compile with -mlittle-endian, or export with --kernels portable"
#endif

/* Copies outer blocks of rows runs of bytes. in and out do not overlap. */
typedef struct {
    int32_t outer;
    int32_t rows;
    int32_t bytes;
    int32_t in_pitch; /* bytes between runs */
    int32_t in_jump;  /* bytes between blocks */
    int32_t out_pitch;
    int32_t out_jump;
} eu_copy_t;

static void eu_copy(const int8_t *in, int8_t *out, const eu_copy_t *p)
{
    for (int32_t i = 0; i < p->outer; i++) {
        const int8_t *from = in + i * p->in_jump;
        int8_t *to = out + i * p->out_jump;
        for (int32_t r = 0; r < p->rows; r++) {
            memcpy(to, from, (size_t)p->bytes);
            from += p->in_pitch;
            to += p->out_pitch;
        }
    }
}

/* Sets rows of bytes to a value: the padding around a signal, or a whole signal. */
static void eu_fill(int8_t *out, int32_t rows, int32_t pitch, int32_t bytes, int32_t value)
{
    for (int32_t r = 0; r < rows; r++) {
        memset(out, value, (size_t)bytes);
        out += pitch;
    }
}

/* The order of eu_panels.c for a Cortex-M4, on which loads side by side take a cycle each and one more for all, and for an M33, whose
 * next instruction must not use what a load brings. */
#define EU_PANELS_SMLAD(sum, x, w) "smlad " sum ", " x ", " w ", " sum "\n\t"
#define EU_PANELS_SMUAD(sum, x, w) "smuad " sum ", " x ", " w "\n\t"
#define EU_PANELS_ROW(mad, both, first, x) mad(both, x, "r4") mad(first, x, "r5")
#define EU_PANELS_PAIR(mad) \
    "ldr r4, [r1], #4\n\tldr r2, [r0, #4]\n\tldr r3, [r0, #8]\n\tsxtb16 r5, r4\n\t" \
    EU_PANELS_ROW(mad, "r7", "r11", "r2") EU_PANELS_ROW(mad, "r8", "r12", "r3") \
    "ldr r2, [r0, #12]\n\tldr r3, [r0], #16\n\t" EU_PANELS_ROW(mad, "r9", "lr", "r2") EU_PANELS_ROW(mad, "r6", "r10", "r3")

/* Four inputs of each row; the addresses run along with them. */
#define EU_PANELS_GROUP(inputs, weights) EU_PANELS_PAIR(EU_PANELS_SMLAD) EU_PANELS_PAIR(EU_PANELS_SMLAD)
/* The first four, which need no sums to add to. */
#define EU_PANELS_FIRST EU_PANELS_PAIR(EU_PANELS_SMUAD) EU_PANELS_PAIR(EU_PANELS_SMLAD)
/* Before the chain is entered with sums. */
#define EU_PANELS_LOAD ""
/* Once more where the panel goes on. */
#define EU_PANELS_PASS "ldr r2, [sp, #12]\n\tcmp r0, r2\n\tbne.w 16b\n\t"

/* The tails, up to the first stores. */
#define EU_PANELS_LINEAR EU_PANELS_LINEAR_VALUES EU_PANELS_STORE_FIRST
#define EU_PANELS_RELU EU_PANELS_RELU_VALUES EU_PANELS_STORE_FIRST
#define EU_PANELS_SATURATED EU_PANELS_SATURATED_VALUES EU_PANELS_STORE_FIRST
#define EU_PANELS_ADD_LINEAR EU_PANELS_LINEAR_VALUES EU_PANELS_ADD EU_PANELS_STORE_FIRST
#define EU_PANELS_ADD_RELU EU_PANELS_RELU_VALUES EU_PANELS_ADD EU_PANELS_STORE_FIRST

/* What the kernels for four rows of two channels share (Cortex-M4/M7/M33). The inputs of four rows are widened to 16 bits once for
 * all channels and lie in a panel, row beside row: inputs (k, k + 2) of rows 0 .. 3, then inputs (k + 1, k + 3) of rows 0 .. 3. Weights stay in
 * 8 bits and are not widened: two channels share 16 bits, as in eu_bare.c,
 *
 *     h[k] = 256 * w[n + 1][k] + w[n][k]        both[r] += x[r][k] * h[k] + x[r][k + 2] * h[k + 2]
 *     w[n] = SXTB16(h)                          first[r] += x[r][k] * w[n][k] + x[r][k + 2] * w[n][k + 2]
 *
 * and 256 times the other channel's sum is both - first: exact where |256 * that sum| < 2^31, which is proven per channel, though both
 * itself may wrap. 16 products take 8 SMLAD, 1 SXTB16 and 5 loads: 16 cycles on a Cortex-M4, 14 on an M33, 8 on an M7, in the order of
 * eu_panels_bursts.c or eu_panels_spread.c.
 *
 * Registers: r0 inputs, r1 weights, r2 r3 inputs as read, r4 weights as read, r5 the first channel's, r6-r9 both of rows 0 .. 3, r10-r12 lr
 * first of rows 0 .. 3. A tail turns them into int8 values by the constants at r1: r6-r9 of channel n + 1, r10-r12 lr of channel n. */
#define EU_NAKED __attribute__((naked, noinline))
#define EU_UNUSED __attribute__((unused))

/* The window of a row: `runs` runs of `groups` groups of four inputs, `gap` bytes between them. */
typedef struct {
    int32_t step; /* from row to row */
    int32_t groups;
    int32_t runs;
    int32_t gap;
    int32_t first; /* groups of the first pass of the chain, and what it adds to the inputs' address to begin there */
    int32_t skip;
} eu_panels_window_t;

/* Four rows of a signal that are widened. */
typedef struct {
    const int8_t *in;
    int32_t rows[3]; /* rows 1 to 3, seen from row 0 */
    int32_t next;    /* bytes to the next four rows */
    int32_t groups;
    int32_t runs;
    int32_t gap;
} eu_panels_gather_t;

/* Where the chain starts. */
typedef struct {
    int32_t entry; /* groups of the first pass; on the stack: where to enter the chain */
    int32_t skip;
    const int32_t *end; /* of the panel that it runs over */
} eu_panels_chain_t;

/* The frame, copied to the stack. */
typedef struct {
    int32_t *panel;          /* 0 */
    eu_panels_chain_t chain; /* 4: entry, 8: skip, 12: end */
    int8_t *out;             /* 16 */
    int32_t out_rows[3];     /* 20: rows 1 to 3, seen from row 0 */
    const int8_t *out_end;   /* 32: the output behind the last channel */
    const int32_t *weights;  /* 36 */
    int32_t out_next;        /* 40: from behind the last two channels to the next four rows */
    int32_t out_four;        /* 44: bytes of four rows */
    int32_t panels;          /* 48 */
    int32_t scale;           /* 52: see the tails */
    eu_panels_gather_t from; /* 56 */
    int32_t other;           /* 88: an addition's other signal, seen from the output */
    int32_t slope;           /* 92 */
    int32_t other_slope;     /* 96 */
    int32_t add_offset;      /* 100 */
    int32_t kept;            /* 104: a register that is not free elsewhere */
    void (*gather)(void);    /* 108: eu_panels_gather */
} eu_panels_frame_t;

/* Widens four rows of the signal that the frame has at `at` into the panel at r12, behind which it points then. */
#define EU_PANELS_GATHER(at) "ldr r0, [sp, #108]\n\tadd r8, sp, #" at "\n\tblx r0\n\t"

/* Copies a frame of `bytes` to the stack, and replaces the groups at [sp + at] by where to enter the chain. */
#define EU_PANELS_SET_UP(bytes, thirds) \
    ".syntax unified\n\tpush {r4-r11, lr}\n\tsub sp, #" bytes "\n\tmov r12, sp\n\tmovs r1, #" thirds "\n" \
    "1:\n\tldmia r0!, {r2-r8}\n\tstmia r12!, {r2-r8}\n\tsubs r1, #1\n\tbne 1b\n\tadr r2, 8f\n\t"
#define EU_PANELS_ENTER(at) "ldr r1, [sp, #" at "]\n\tldrh r1, [r2, r1, lsl #1]\n\tadd r1, r2\n\tstr r1, [sp, #" at "]\n\t"
#define EU_PANELS_ENTRIES \
    ".balign 4\n8:\n\t.hword 10f - 8b + 1, 11f - 8b + 1, 12f - 8b + 1, 13f - 8b + 1, 14f - 8b + 1, 15f - 8b + 1, 16f - 8b + 1, 0\n\t"

/* The sums: of the first four inputs, then, from where the frame says, of up to 24 until the panel ends. */
#define EU_PANELS_CHAIN \
    "ldr pc, [sp, #4]\n" EU_PANELS_ENTRIES \
    "16:\n\t" EU_PANELS_GROUP(0, 0) "15:\n\t" EU_PANELS_GROUP(32, 8) "14:\n\t" EU_PANELS_GROUP(64, 16) \
    "13:\n\t" EU_PANELS_GROUP(96, 24) "12:\n\t" EU_PANELS_GROUP(128, 32) "11:\n\t" EU_PANELS_GROUP(160, 40) \
    "10:\n\t" EU_PANELS_PASS

/* Stores the eight values, of an odd count of channels the last one alone; where that was the last one, sets carry. */
#define EU_PANELS_STORE_FIRST \
    "ldr r0, [sp, #16]\n\tldr r2, [sp, #20]\n\tldr r3, [sp, #24]\n\tldr r4, [sp, #28]\n\tldr r5, [sp, #32]\n\t" \
    "add r2, r0\n\tadd r3, r0\n\tadd r4, r0\n\tstrb r10, [r0]\n\tstrb r11, [r2]\n\tstrb r12, [r3]\n\tstrb lr, [r4]\n\t" \
    "adds r0, #2\n\tcmp r0, r5\n\t"
#define EU_PANELS_STORE \
    "bhi 1f\n\tstrb r6, [r0, #-1]\n\tstrb r7, [r2, #1]\n\tstrb r8, [r3, #1]\n\tstrb r9, [r4, #1]\n" \
    "1:\n\tstr r0, [sp, #16]\n\t"

/* The next four rows, from label 5, or back to the caller. */
#define EU_PANELS_NEXT(bytes) \
    "ldr r0, [sp, #16]\n\tldr r2, [sp, #40]\n\tldr r3, [sp, #32]\n\tldr r4, [sp, #44]\n\tldr r5, [sp, #48]\n\t" \
    "add r0, r2\n\tadd r3, r4\n\tstr r0, [sp, #16]\n\tstr r3, [sp, #32]\n\tsubs r5, #1\n\tstr r5, [sp, #48]\n\tbne.w 5b\n\t" \
    "add sp, #" bytes "\n\tpop {r4-r11, pc}"

/* Constants of a channel, multiplier and 64 * bias + shift - 1 (scale is 2 * zero_point + 1), into r2 multiplier, r3 doubled bias, r4 shift - 1, r5 rounding. */
#define EU_PANELS_CONSTANTS \
    "ldmia r1!, {r2, r3}\n\tldr r5, [sp, #52]\n\tand r4, r3, #31\n\tasrs r3, r3, #5\n\tlsls r5, r4\n\t"

/* Double rounding, as in eu_quads.c, of the sums in four registers:
 *
 *     acc = doubled bias + 2 * sum
 *     y = (acc * multiplier + 2^31 >> 32) + (2 * zero_point + 1) * 2^(shift - 1) + (acc >> 31)
 *     min(max(y >> shift, -128), 127)
 *
 * Bounds and exactness as there; |bias| < 2^25 is proven too. */
#define EU_PANELS_ADD_UP(a, b, c, d, shift) \
    "add " a ", r3, " a ", " shift "\n\tadd " b ", r3, " b ", " shift "\n\t" \
    "add " c ", r3, " c ", " shift "\n\tadd " d ", r3, " d ", " shift "\n\t"
#define EU_PANELS_APART "sub r6, r6, r10\n\tsub r7, r7, r11\n\tsub r8, r8, r12\n\tsub r9, r9, lr\n\t"
#define EU_PANELS_CUT(a, b, c, d) \
    "asr " a ", r4\n\tasr " b ", r4\n\tasr " c ", r4\n\tasr " d ", r4\n\t" \
    "ssat " a ", #8, " a ", asr #1\n\tssat " b ", #8, " b ", asr #1\n\t" \
    "ssat " c ", #8, " c ", asr #1\n\tssat " d ", #8, " d ", asr #1\n\t"
#define EU_PANELS_ROUND_TWO(a, b) \
    "add r0, r5, " a ", asr #31\n\tadd r3, r5, " b ", asr #31\n\tsmmlar " a ", " a ", r2, r0\n\tsmmlar " b ", " b ", r2, r3\n\t"
#define EU_PANELS_ROUND(a, b, c, d) EU_PANELS_ROUND_TWO(a, b) EU_PANELS_ROUND_TWO(c, d) EU_PANELS_CUT(a, b, c, d)

#define EU_PANELS_LINEAR_VALUES \
    EU_PANELS_APART EU_PANELS_CONSTANTS EU_PANELS_ADD_UP("r6", "r7", "r8", "r9", "asr #7") EU_PANELS_ROUND("r6", "r7", "r8", "r9") \
    EU_PANELS_CONSTANTS EU_PANELS_ADD_UP("r10", "r11", "r12", "lr", "lsl #1") EU_PANELS_ROUND("r10", "r11", "r12", "lr")

/* RELU by the high word of one product, which is decided per channel (kernels/exact/high_word.py): constants of a channel are multiplier
 * and 1024 * bias + addend; scale is (2 * zero_point + 1) * 2^13:
 *
 *     min(max((((1024 * acc + addend) * multiplier) >> 32) + scale >> 14, -128), 127)
 *
 * |1024 * acc| < 2^31 is proven per channel; multiplier < 2^31, so the sum stays in 32 bits. Negative accumulators count as 0 (the results are
 * the same there); they need not where the zero point is -128. */
#define EU_PANELS_RECTIFY(a, b, c, d) \
    "bic " a ", " a ", " a ", asr #31\n\tbic " b ", " b ", " b ", asr #31\n\t" \
    "bic " c ", " c ", " c ", asr #31\n\tbic " d ", " d ", " d ", asr #31\n\t"
#define EU_PANELS_LEAVE(a, b, c, d) ""
#define EU_PANELS_HIGH(a, b, c, d) \
    "smmla " a ", " a ", r2, r4\n\tsmmla " b ", " b ", r2, r4\n\tsmmla " c ", " c ", r2, r4\n\tsmmla " d ", " d ", r2, r4\n\t"
#define EU_PANELS_CUT_HIGH(a, b, c, d) \
    "ssat " a ", #8, " a ", asr #14\n\tssat " b ", #8, " b ", asr #14\n\t" \
    "ssat " c ", #8, " c ", asr #14\n\tssat " d ", #8, " d ", asr #14\n\t"
#define EU_PANELS_BY_PRODUCT(before) \
    "ldmia r1!, {r2, r3}\n\tldr r4, [sp, #52]\n\t" EU_PANELS_APART EU_PANELS_ADD_UP("r6", "r7", "r8", "r9", "lsl #2") before("r6", "r7", "r8", "r9") \
    EU_PANELS_HIGH("r6", "r7", "r8", "r9") "ldmia r1!, {r2, r3}\n\t" EU_PANELS_CUT_HIGH("r6", "r7", "r8", "r9") \
    EU_PANELS_ADD_UP("r10", "r11", "r12", "lr", "lsl #10") before("r10", "r11", "r12", "lr") \
    EU_PANELS_HIGH("r10", "r11", "r12", "lr") EU_PANELS_CUT_HIGH("r10", "r11", "r12", "lr")
#define EU_PANELS_RELU_VALUES EU_PANELS_BY_PRODUCT(EU_PANELS_RECTIFY)
#define EU_PANELS_SATURATED_VALUES EU_PANELS_BY_PRODUCT(EU_PANELS_LEAVE)

/* Adds an int8 signal to the values: eu_elementwise_add_linear.c. */
#define EU_PANELS_ADD_ROW(load, point, first, second) \
    load "mla " first ", " first ", r2, r4\n\t" point "mla " second ", " second ", r2, r4\n\tldrsb r5, [r1]\n\tldrsb r1, [r1, #1]\n\t" \
    "mla " first ", r5, r3, " first "\n\tmla " second ", r1, r3, " second "\n\t" \
    "ssat " first ", #8, " first ", asr #20\n\tssat " second ", #8, " second ", asr #20\n\t"
#define EU_PANELS_ADD \
    "str r1, [sp, #104]\n\tldr r1, [sp, #88]\n\tldr r0, [sp, #16]\n\tldr r2, [sp, #92]\n\tldr r3, [sp, #96]\n\tldr r4, [sp, #100]\n\t" \
    EU_PANELS_ADD_ROW("add r1, r0\n\t", "mov r0, r1\n\t", "r10", "r6") \
    EU_PANELS_ADD_ROW("ldr r1, [sp, #20]\n\t", "add r1, r0\n\t", "r11", "r7") \
    EU_PANELS_ADD_ROW("ldr r1, [sp, #24]\n\t", "add r1, r0\n\t", "r12", "r8") \
    EU_PANELS_ADD_ROW("ldr r1, [sp, #28]\n\t", "add r1, r0\n\t", "lr", "r9") "ldr r1, [sp, #104]\n\t"

/* Rows that are gathered, four at a time. */

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

#define EU_PANELS_WIDEN(word, turn, at) "sxtb16 r8, " word turn "\n\tstr r8, [r12" at "\n\t"

/* Called by a loop, by its own rules: widens the rows that r8 says (eu_panels_gather_t) into the panel at r12; keeps sp alone. */
EU_NAKED static void eu_panels_gather(void)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {lr}\n\tldmia r8, {r0-r4, r9-r11}\n\tadd r4, r0\n\tstr r4, [r8]\n\tadd r1, r0\n\tadd r2, r0\n\tadd r3, r0\n"
            "1:\n\tmov lr, r9\n"
            "2:\n\tldr r4, [r0], #4\n\tldr r5, [r1], #4\n\tldr r6, [r2], #4\n\tldr r7, [r3], #4\n\t"
            EU_PANELS_WIDEN("r5", "", ", #4]") EU_PANELS_WIDEN("r6", "", ", #8]") EU_PANELS_WIDEN("r7", "", ", #12]")
            EU_PANELS_WIDEN("r5", ", ror #8", ", #20]") EU_PANELS_WIDEN("r6", ", ror #8", ", #24]")
            EU_PANELS_WIDEN("r7", ", ror #8", ", #28]") EU_PANELS_WIDEN("r4", ", ror #8", ", #16]") EU_PANELS_WIDEN("r4", "", "], #32")
            "subs lr, #1\n\tbne 2b\n\tadd r0, r11\n\tadd r1, r11\n\tadd r2, r11\n\tadd r3, r11\n\tsubs r10, #1\n\tbne 1b\n\tpop {pc}");
    /* clang-format on */
}

/* A convolution four rows of two channels at a time; what the kernels over one signal share:
 *
 *     acc[r][n] = bias[n] + sum over k of in[r * step + ..] * w[n][k] */
typedef struct {
    const int32_t *weights; /* per two channels: weights, constants of the second, of the first (see the tails) */
    int32_t rows;
    int32_t out_step;
    int32_t outputs;
    int32_t scale; /* see the tails */
    eu_panels_window_t in;
} eu_panels_t;

typedef void eu_panels_loop_t(const eu_panels_frame_t *frame);

static void eu_panels_start(eu_panels_frame_t *frame, int8_t *out, const eu_panels_t *p, int32_t *panel)
{
    memset(frame, 0, sizeof *frame);
    frame->panel = panel;
    frame->chain.entry = p->in.first;
    frame->chain.skip = p->in.skip;
    frame->chain.end = panel + 8 * p->in.groups * p->in.runs;
    frame->out = out;
    frame->weights = p->weights;
    frame->out_four = 4 * p->out_step;
    frame->out_next = frame->out_four - (p->outputs + 1) / 2 * 2;
    frame->scale = p->scale;
    frame->gather = eu_panels_gather;
}

/* All rows: in fours, then those left over. */
static void eu_panels_run(eu_panels_frame_t *frame, const int8_t *in, const eu_panels_t *p, eu_panels_loop_t *loop)
{
    for (int32_t first = 0; first < p->rows;) {
        const int32_t left = p->rows - first;
        frame->panels = left < 4 ? 1 : left / 4;
        frame->out_end = frame->out + p->outputs;
        eu_panels_place(frame->out_rows, p->out_step, left);
        eu_panels_from(&frame->from, in + first * p->in.step, p->in.step, left, &p->in);
        loop(frame);
        frame->out += frame->panels * frame->out_four;
        first += 4 * frame->panels;
    }
}

/* All channels of fours of rows: the sums, then a tail (eu_panels.c). */
EU_NAKED static void eu_panels_conv_relu_loop(EU_UNUSED const eu_panels_frame_t *frame)
{
    __asm__(EU_PANELS_SET_UP("112", "4") EU_PANELS_ENTER("4") "5:\n\tldr r12, [sp]\n\t" EU_PANELS_GATHER(
        "56") "ldr r1, [sp, #36]\n6:\n\tldr r0, [sp]\n\t" EU_PANELS_FIRST EU_PANELS_CHAIN
                EU_PANELS_RELU EU_PANELS_STORE "bcc.w 6b\n\t" EU_PANELS_NEXT("112"));
}

/* A convolution with the tail relu of eu_panels.c. */
static void eu_panels_conv_relu(const int8_t *in, int8_t *out, const eu_panels_t *p, int32_t *panel)
{
    eu_panels_frame_t frame;
    eu_panels_start(&frame, out, p, panel);
    eu_panels_run(&frame, in, p, eu_panels_conv_relu_loop);
}

/* Depthwise convolution over time with 3 taps, stride 1: channel by channel, the window in registers, two rows at a time.
 *
 *     acc[r][n] = 2 * (bias[n] + sum over t < 3 of in[r * in_step + t * in_step + n] * weights[n][t])
 *     y = (acc * multiplier[n] + 2^31 >> 32) + 2^(shift-1) + zero_point * 2^shift + (acc >> 31)      shift = shift[n]
 *     out[r * out_step + n] = min(max(y >> shift, -128), 127)
 *
 * The doubled taps are pairs in 16-bit halves, the inputs too (rows t, t + 1 with t even), so two rows take four multiplies.
 * Double rounding as in eu_quads.c; |acc| < 2^31 and |y| < 2^31 are proven per channel; shift >= 1.
 * Steps and shift are immediate operands: one loop per step and shift that is worth it, defined where used, and one for all
 * others; loops[shift[n] - first_shift].
 * rows >= 2; a last row without partner is done together with the row before it, again. */
typedef struct {
    const int8_t *weights; /* (outputs, 3) */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t outputs;
    int32_t block; /* rows done before any input of later rows is overwritten; even, or all rows */
    int32_t zero_point;
} eu_depthwise_3_t;

/* One channel, rows = 2 * (phase + a multiple of 3). */
typedef struct {
    const int8_t *end; /* r1: the output of the row after the last */
    const int8_t *in;  /* r2 */
    int8_t *out;       /* r3 */
    int32_t phase;     /* r4 */
    const int8_t *taps;
    int32_t bias; /* doubled */
    int32_t multiplier;
    int32_t rounding;
    int32_t in_step;
    int32_t out_step;
    int32_t shift;
} eu_depthwise_3_channel_t;

typedef void eu_depthwise_3_loop_t(const eu_depthwise_3_channel_t *);

/* The frame's taps, bias, multiplier and rounding into r6-r10: doubled taps (0, 1) and (1, 2) in halves. */
#define EU_DEPTHWISE_3_TAPS \
    "ldmia r0, {r7-r10}\n\tldrsb r6, [r7]\n\tldrsb r5, [r7, #1]\n\tldrsb r7, [r7, #2]\n\t" \
    "pkhbt r6, r6, r5, lsl #16\n\tpkhbt r7, r5, r7, lsl #16\n\tsadd16 r6, r6, r6\n\t" \
    "sadd16 r7, r7, r7\n\t"

#define EU_DEPTHWISE_3_LOAD(pair, in_step) \
    "ldrsb " pair ", [r0], #" in_step "\n\tldrsb r2, [r0], #" in_step "\n\tpkhbt " pair ", " pair ", r2, lsl #16\n\t"

#define EU_DEPTHWISE_3_STORE(out_step, shift) \
    "add r3, r10, r2, asr #31\n\tsmmlar r2, r2, r9, r3\n\tssat r2, #8, r2, asr #" shift "\n\t" \
    "strb r2, [r1], #" out_step "\n\t"

#define EU_DEPTHWISE_3_PAIR(a, b, load, store) \
    load "smlad r2, " a ", r6, r8\n\tsmlabt r2, " b ", r7, r2\n\t" store \
    "smlatb r2, " a ", r6, r8\n\tsmlad r2, " b ", r7, r2\n\t" store

/* The same with steps and shift from the stack, for channels too few to be worth a loop of their own. */
#define EU_DEPTHWISE_3_ANY_LOAD(pair) \
    "ldr r3, [sp, #4]\n\tldrsb " pair ", [r0]\n\tldrsb r2, [r0, r3]\n\tadd r0, r0, r3, lsl #1\n\t" \
    "pkhbt " pair ", " pair ", r2, lsl #16\n\t"
#define EU_DEPTHWISE_3_ANY_STORE \
    "add r3, r10, r2, asr #31\n\tsmmlar r2, r2, r9, r3\n\tldr r3, [sp, #12]\n\tasr r2, r3\n\t" \
    "ssat r2, #8, r2\n\tldr r3, [sp, #8]\n\tstrb r2, [r1]\n\tadd r1, r3\n\t"

/* A loop of two pairs of rows, after which both pairs of inputs are back in their registers; entered at the phase. */
#define EU_DEPTHWISE_3_LOOP(name, in_step, out_step, shift) \
    __attribute__((naked, noinline)) static void name(__attribute__((unused)) const eu_depthwise_3_channel_t *channel) \
    { \
        __asm__(".syntax unified\n\tpush {r4-r11}\n\tldmia r0!, {r1-r4}\n\t" EU_DEPTHWISE_3_TAPS \
                "mov r11, r1\n\tmov r0, r2\n\tmov r1, r3\n\tcmp r4, #1\n\tbeq 11f\n\t" \
                EU_DEPTHWISE_3_LOAD("r4", in_step) \
                "1:\n\t" EU_DEPTHWISE_3_PAIR("r4", "r5", EU_DEPTHWISE_3_LOAD("r5", in_step), EU_DEPTHWISE_3_STORE(out_step, shift)) \
                "2:\n\t" EU_DEPTHWISE_3_PAIR("r5", "r4", EU_DEPTHWISE_3_LOAD("r4", in_step), EU_DEPTHWISE_3_STORE(out_step, shift)) \
                "cmp r1, r11\n\tbne 1b\n\tpop {r4-r11}\n\tbx lr\n" \
                "11:\n\t" EU_DEPTHWISE_3_LOAD("r5", in_step) "b 2b"); \
    }

/* Frame on the stack: end, in_step, out_step, shift. */
#define EU_DEPTHWISE_3_ANY_LOOP(name) \
__attribute__((naked, noinline)) static void name(__attribute__((unused)) const eu_depthwise_3_channel_t *channel) \
{ \
    __asm__(".syntax unified\n\tpush {r4-r11}\n\tadd r3, r0, #32\n\tldmia r3, {r5-r7}\n\tldmia r0!, {r1-r4}\n\t" \
            "push {r1, r5, r6, r7}\n\t" EU_DEPTHWISE_3_TAPS "mov r11, r1\n\tmov r0, r2\n\tmov r1, r3\n\tcmp r4, #1\n\t" \
            "beq 11f\n\t" EU_DEPTHWISE_3_ANY_LOAD("r4") \
            "1:\n\t" EU_DEPTHWISE_3_PAIR("r4", "r5", EU_DEPTHWISE_3_ANY_LOAD("r5"), EU_DEPTHWISE_3_ANY_STORE) \
            "2:\n\t" EU_DEPTHWISE_3_PAIR("r5", "r4", EU_DEPTHWISE_3_ANY_LOAD("r4"), EU_DEPTHWISE_3_ANY_STORE) \
            "cmp r1, r11\n\tbne 1b\n\tadd sp, #16\n\tpop {r4-r11}\n\tbx lr\n" \
            "11:\n\t" EU_DEPTHWISE_3_ANY_LOAD("r5") "b 2b"); \
}

static void eu_depthwise_3_block(const int8_t *in, int8_t *out, int32_t rows, const eu_depthwise_3_t *p,
                                 eu_depthwise_3_loop_t *const *loops, int32_t first_shift)
{
    const int32_t even = rows & ~1;
    const int32_t phase = even / 2 % 2;
    const int32_t last = rows - 2;
    eu_depthwise_3_channel_t channel = {
        out + even * p->out_step, in, out, phase, p->weights, 0, 0, 0, p->in_step, p->out_step, 0};
    for (int32_t n = 0; n < p->outputs; n++) {
        const int32_t shift = p->shift[n];
        eu_depthwise_3_loop_t *const loop = loops[shift - first_shift];
        channel.bias = 2 * p->bias[n];
        channel.multiplier = p->multiplier[n];
        channel.rounding = (2 * p->zero_point + 1) * ((int32_t)1 << (shift - 1));
        channel.shift = shift;
        loop(&channel);
        if (rows != even) {
            const eu_depthwise_3_channel_t odd = {channel.end + p->out_step,
                                                  channel.in + last * p->in_step,
                                                  channel.out + last * p->out_step,
                                                  1,
                                                  channel.taps,
                                                  channel.bias,
                                                  channel.multiplier,
                                                  channel.rounding,
                                                  p->in_step,
                                                  p->out_step,
                                                  shift};
            loop(&odd);
        }
        channel.end++;
        channel.in++;
        channel.out++;
        channel.taps += 3;
    }
}

static void eu_depthwise_3(const int8_t *in, int8_t *out, const eu_depthwise_3_t *p,
                           eu_depthwise_3_loop_t *const *loops, int32_t first_shift)
{
    int32_t rows = p->rows;
    for (; rows > p->block + 1; rows -= p->block) {
        eu_depthwise_3_block(in, out, p->block, p, loops, first_shift);
        in += p->block * p->in_step;
        out += p->block * p->out_step;
    }
    eu_depthwise_3_block(in, out, rows, p, loops, first_shift);
}

/* What the kernels for a convolution four rows of two channels at a time with an int8 signal added to its int8 result share:
 *
 *     out[r * out_step + n] = min(max((t * slope + other[r * out_step + n] * other_slope + add_offset) >> 20, -128), 127)
 *
 * with t by a tail of eu_panels.c. All roundings are kept; exactness and bounds as in eu_elementwise_add_linear.c. The two signals that are
 * added have the same step; out may be other: eight values are read before the first is written. */
typedef struct {
    eu_panels_t conv;
    int32_t slope;
    int32_t other_slope;
    int32_t add_offset;
} eu_panels_add_t;

/* All channels of fours of rows: the sums, then a tail (eu_panels.c). */
EU_NAKED static void eu_panels_add_linear_loop(EU_UNUSED const eu_panels_frame_t *frame)
{
    __asm__(EU_PANELS_SET_UP("112", "4") EU_PANELS_ENTER("4") "5:\n\tldr r12, [sp]\n\t" EU_PANELS_GATHER(
        "56") "ldr r1, [sp, #36]\n6:\n\tldr r0, [sp]\n\t" EU_PANELS_FIRST EU_PANELS_CHAIN
                EU_PANELS_ADD_LINEAR EU_PANELS_STORE "bcc.w 6b\n\t" EU_PANELS_NEXT("112"));
}

/* A convolution with the tail linear and an addition: see eu_panels_add.c. */
static void eu_panels_add_linear(const int8_t *in, const int8_t *other, int8_t *out, const eu_panels_add_t *p, int32_t *panel)
{
    eu_panels_frame_t frame;
    eu_panels_start(&frame, out, &p->conv, panel);
    frame.other = (int32_t)((intptr_t)other - (intptr_t)out);
    frame.slope = p->slope;
    frame.other_slope = p->other_slope;
    frame.add_offset = p->add_offset;
    eu_panels_run(&frame, in, &p->conv, eu_panels_add_linear_loop);
}

/* Maximum over two rows, four channels per instruction pair:
 *
 *     out[r * out_step + n] = max over t < 2 of in[r * in_step + t * pitch + n]
 *
 * SSUB8 sets a flag per byte where a >= b, SEL picks a or b by it. Rows are whole words at multiples of four bytes. */
typedef struct {
    int32_t rows;
    int32_t in_step;
    int32_t pitch;
    int32_t out_step;
    int32_t words; /* per row */
} eu_elementwise_max_2_t;

static inline uint32_t eu_elementwise_max_2_bytes(uint32_t a, uint32_t b)
{
    uint32_t larger;
    __asm__ volatile("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(larger) : "r"(a), "r"(b) : "cc");
    return larger;
}

static void eu_elementwise_max_2(const int8_t *in, int8_t *out, const eu_elementwise_max_2_t *p)
{
    const int32_t words = p->words;
    for (int32_t r = 0; r < p->rows; r++) {
        const uint32_t *a = (const uint32_t *)(const void *)in;
        const uint32_t *b = (const uint32_t *)(const void *)(in + p->pitch);
        uint32_t *y = (uint32_t *)(void *)out;
        uint32_t *const end = y + words;
        do {
            *y++ = eu_elementwise_max_2_bytes(*a++, *b++);
        } while (y != end);
        in += p->in_step;
        out += p->out_step;
    }
}

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

/* All channels of fours of rows of a and what they are repeated in: the sums, then a tail (eu_panels.c). */
EU_NAKED static void eu_panels_sum_saturated_loop(EU_UNUSED const eu_panels_sum_frame_t *frame)
{
    __asm__(EU_PANELS_SET_UP("224", "8") EU_PANELS_ENTER("4") EU_PANELS_ENTER("112")
                EU_PANELS_ENTER("124") "5:\n\tldr r12, [sp]\n\t" EU_PANELS_GATHER("56")
                    EU_PANELS_GATHER("152") "ldr r1, [sp, #36]\n"
                                            "6:\n\tldr r0, [sp]\n\t" EU_PANELS_FIRST
                                            "ldr pc, [sp, #4]\n7:\n\t" EU_PANELS_LOAD EU_PANELS_CHAIN EU_PANELS_KEEP
                                                EU_PANELS_SATURATED EU_PANELS_STORE EU_PANELS_PHASE EU_PANELS_NEXT("224"));
}

/* Convolution over two signals side by side that are never put side by side, the first perhaps at a lower rate:
 *
 *     acc[r][n] = bias[n] + sum over k of a[(r / repeat) * a.step + ..] * w[n][k] + sum over k of b[r * b.step + ..] * w[n][k]
 *
 * then the tail saturated. int32 sums may be made in any order, so this is the convolution over concat(upsample(a), b). */
static void eu_panels_sum_saturated(const int8_t *a, const int8_t *b, int8_t *out, const eu_panels_sum_t *p, int32_t *panel)
{
    eu_panels_sum(a, b, out, p, panel, eu_panels_sum_saturated_loop);
}

/* What the quad kernels share (Cortex-M4/M7/M33): four output channels of one row at a time, their weights widened to 16
 * bits once per call, the inputs widened as they are read.
 *
 * Weights of a quad lie in groups of four inputs. Widening turns the four words of a group (word n: inputs k .. k + 3 of
 * channel n) into eight: inputs (k, k + 2) of channels 0 .. 3, then inputs (k + 1, k + 3) of channels 0 .. 3, the order in
 * which SXTB16 splits a word of inputs. Each SMLAD then adds two products to one accumulator:
 *
 *     acc[n] += x[k] * w[n][k] + x[k + 2] * w[n][k + 2]
 *
 * 12.5 instructions per 16 products (8 SMLAD, 2 SXTB16, 2.5 loads); the multiplies alone would be 8.
 * Registers: r0 inputs, r1 weights, r2 r3 inputs as read, r4-r7 weights, r8-r11 accumulators, r12 inputs widened, lr output. */
#define EU_NAKED __attribute__((naked, noinline))
#define EU_UNUSED __attribute__((unused))

#define EU_QUADS_STEP(word) \
    "ldmia r1!, {r4-r7}\n\tsxtb16 r12, " word "\n\t" \
    "smlad r8, r12, r4, r8\n\tsmlad r9, r12, r5, r9\n\t" \
    "smlad r10, r12, r6, r10\n\tsmlad r11, r12, r7, r11\n\t" \
    "ldmia r1!, {r4-r7}\n\tsxtb16 r12, " word ", ror #8\n\t" \
    "smlad r8, r12, r4, r8\n\tsmlad r9, r12, r5, r9\n\t" \
    "smlad r10, r12, r6, r10\n\tsmlad r11, r12, r7, r11\n\t"

/* Eight inputs. */
#define EU_QUADS_UNIT(label) label ":\n\tldmia r0!, {r2, r3}\n\t" EU_QUADS_STEP("r2") EU_QUADS_STEP("r3")

/* Up to 48 inputs, or 64: entered where [sp + even] says for a multiple of 8, at 9 for four more than that. */
#define EU_QUADS_CHAIN_48(even) \
    "9:\n\tldr r2, [r0], #4\n\t" EU_QUADS_STEP("r2") "ldr pc, [sp, #" even "]\n\t" \
    EU_QUADS_UNIT("16") EU_QUADS_UNIT("15") EU_QUADS_UNIT("14") EU_QUADS_UNIT("13") \
    EU_QUADS_UNIT("12") EU_QUADS_UNIT("11") "10:\n\t"
#define EU_QUADS_CHAIN_64(even) \
    "9:\n\tldr r2, [r0], #4\n\t" EU_QUADS_STEP("r2") "ldr pc, [sp, #" even "]\n\t" \
    EU_QUADS_UNIT("18") EU_QUADS_UNIT("17") EU_QUADS_UNIT("16") EU_QUADS_UNIT("15") \
    EU_QUADS_UNIT("14") EU_QUADS_UNIT("13") EU_QUADS_UNIT("12") EU_QUADS_UNIT("11") "10:\n\t"

/* The same for inputs at any address: word by word. */
#define EU_QUADS_ANY_UNIT(label) \
    label ":\n\tldr r2, [r0], #4\n\tldr r3, [r0], #4\n\t" EU_QUADS_STEP("r2") EU_QUADS_STEP("r3")
#define EU_QUADS_ANY_CHAIN \
    "9:\n\tldr r2, [r0], #4\n\t" EU_QUADS_STEP("r2") "ldr pc, [sp, #28]\n\t" \
    EU_QUADS_ANY_UNIT("18") EU_QUADS_ANY_UNIT("17") EU_QUADS_ANY_UNIT("16") EU_QUADS_ANY_UNIT("15") \
    EU_QUADS_ANY_UNIT("14") EU_QUADS_ANY_UNIT("13") EU_QUADS_ANY_UNIT("12") EU_QUADS_ANY_UNIT("11") "10:\n\t"

/* r9 = groups in, r10 = address to enter the chain at, r11 = the same for groups - groups % 2 out. */
#define EU_QUADS_FIND \
    "adr r10, 8f\n\tlsrs r9, r9, #1\n\tadd r11, r10, r9, lsl #1\n\tldrh r9, [r10]\n\t" \
    "ldrh r11, [r11, #2]\n\tadd r11, r10\n\tadd r10, r9\n\tit cc\n\tmovcc r10, r11\n\t"

/* Where the parts of the chain that follows begin, seen from here; stands before the chain. */
#define EU_QUADS_ENTRIES_48 \
    ".balign 4\n8:\n\t.hword 9f - 8b + 1, 10f - 8b + 1, 11f - 8b + 1, 12f - 8b + 1\n\t" \
    ".hword 13f - 8b + 1, 14f - 8b + 1, 15f - 8b + 1, 16f - 8b + 1\n\t"
#define EU_QUADS_ENTRIES_64 EU_QUADS_ENTRIES_48 ".hword 17f - 8b + 1, 18f - 8b + 1\n\t"

/* Adds an int8 signal to the four values: frame word add[0], kept at [sp + 32], is where it lies seen from the output, then
 * come the slope of the values, the slope of the signal and the offset of eu_elementwise_add_linear.c. */
#define EU_QUADS_KEEP_ADD "add r12, r0, #44\n\tldmia r12, {r8-r11}\n\tpush {r8-r11}\n\t"
#define EU_QUADS_ADD_VALUE(value, rotation) \
    "sxtb r7, r6" rotation "\n\tmla " value ", " value ", r3, r5\n\tmla " value ", r7, r4, " value "\n\t" \
    "ssat " value ", #8, " value ", asr #20\n\t"
#define EU_QUADS_ADD \
    "add r1, sp, #32\n\tldmia r1, {r2-r5}\n\tldr r6, [lr, r2]\n\t" \
    EU_QUADS_ADD_VALUE("r8", "") EU_QUADS_ADD_VALUE("r9", ", ror #8") \
    EU_QUADS_ADD_VALUE("r10", ", ror #16") EU_QUADS_ADD_VALUE("r11", ", ror #24")

/* RELU on accumulators: the results of a negative one and of zero are the same there. */
#define EU_QUADS_RECTIFY \
    "bic r8, r8, r8, asr #31\n\tbic r9, r9, r9, asr #31\n\t" \
    "bic r10, r10, r10, asr #31\n\tbic r11, r11, r11, asr #31\n\t"

/* acc * multiplier + offset in 64 bits for the four channels, high words into r8-r11 scaled and saturated by `op`:
 *
 *     (acc * multiplier[n] + offset[n]) >> 36
 *
 * |acc| < 2^31 is proven per channel; 0 < multiplier < 2^31, so the 64-bit sum is below 2^62 + 2^43. That this one multiply equals the
 * doubly rounded requantization is decided per channel, for every accumulator that can occur: docs/DSP_KERNELS.md. */
#define EU_QUADS_SCALE(op) \
    "ldmia r1!, {r2-r7}\n\tsmlal r4, r5, r8, r2\n\tsmlal r6, r7, r9, r3\n\t" \
    op " r8, #8, r5, asr #4\n\t" op " r9, #8, r7, asr #4\n\t" \
    "ldmia r1!, {r2-r7}\n\tsmlal r4, r5, r10, r2\n\tsmlal r6, r7, r11, r3\n\t" \
    op " r10, #8, r5, asr #4\n\t" op " r11, #8, r7, asr #4\n\t"

/* Double rounding of the doubled accumulators in r8-r11 into int8 values:
 *
 *     y = (acc * multiplier[n] + 2^31 >> 32) + rounding[n] + (acc >> 31)     rounding = 2^(shift-1) + zero_point * 2^shift
 *     min(max(y >> shift[n], -128), 127)
 *
 * Doubling is done on the widened weights. |acc| < 2^31 and |y| < 2^31 are proven per channel; shift >= 1. The first sum is
 * SaturatingRoundingDoublingHighMul; adding -1 for negative acc instead of negative y differs only where y = 0, and there
 * rounding absorbs it (0 <= 2^(shift-1) - 1). So this is TFLite's double rounding, always. */
#define EU_QUADS_ROUND_TWO(a, b) \
    "ldmia r1!, {r2-r7}\n\tadd r3, r3, " a ", asr #31\n\tadd r6, r6, " b ", asr #31\n\t" \
    "smmlar " a ", " a ", r2, r3\n\tsmmlar " b ", " b ", r5, r6\n\t" \
    "asr " a ", " a ", r4\n\tasr " b ", " b ", r7\n\tssat " a ", #8, " a "\n\tssat " b ", #8, " b "\n\t"
#define EU_QUADS_ROUND EU_QUADS_ROUND_TWO("r8", "r9") EU_QUADS_ROUND_TWO("r10", "r11")

/* Stores the four values in r8-r11, 0 .. 255 above low, as one word. */
#define EU_QUADS_STORE_CLAMPED \
    "ldmia sp, {r1-r6}\n\torr r8, r8, r9, lsl #8\n\torr r10, r10, r11, lsl #8\n\t" \
    "orr r8, r8, r10, lsl #16\n\tuqadd8 r8, r8, r4\n\tuadd8 r8, r8, r5\n\t" \
    "str r8, [lr]\n\tadd lr, r2\n\t"

/* Stores the four int8 values in r8-r11. */
#define EU_QUADS_STORE_BYTES \
    "strb r8, [lr]\n\tstrb r9, [lr, #1]\n\tstrb r10, [lr, #2]\n\tstrb r11, [lr, #3]\n\t" \
    "ldmia sp, {r1-r6}\n\tadd lr, r2\n\t"

/* The tails, from sums in r8-r11 to the output. Clamped from below at the zero point or higher; the bias is in the offset:
 *
 *     u = min(max((acc * multiplier[n] + offset[n]) >> 36, 0), 255)
 *     out[n] = min(u, high - low) + low + zero_point
 *
 * The four bytes are added with unsigned saturation (UQADD8), which cuts at high, then moved to their place. */
#define EU_QUADS_CLAMPED EU_QUADS_SCALE("usat") EU_QUADS_STORE_CLAMPED

/* Onto the whole int8 range from below its zero point of -128 (RELU) or from an accumulator that one multiply requantizes on both
 * sides; bias and zero point are in the offset: out[n] = min(max((acc * multiplier[n] + offset[n]) >> 36, -128), 127). */
#define EU_QUADS_SATURATED EU_QUADS_SCALE("ssat") EU_QUADS_STORE_BYTES

/* Without activation. */
#define EU_QUADS_LINEAR EU_QUADS_ROUND EU_QUADS_STORE_BYTES

/* With an addition: t is the value of the linear tail, or with RELU min((max(acc, 0) * multiplier[n] + offset[n]) >> 36, 127). */
#define EU_QUADS_ADD_LINEAR EU_QUADS_ROUND EU_QUADS_ADD EU_QUADS_STORE_BYTES
#define EU_QUADS_ADD_RELU EU_QUADS_RECTIFY EU_QUADS_SCALE("ssat") EU_QUADS_ADD EU_QUADS_STORE_BYTES

/* Splits r2 groups of weights at r0 into SXTB16 order at r1, 8 words each, with `twice` applied to each four words; the end in lr. */
#define EU_QUADS_WIDEN(twice) \
    "1:\n\tldmia r0!, {r4-r7}\n\t" \
    "sxtb16 r8, r4\n\tsxtb16 r9, r5\n\tsxtb16 r10, r6\n\tsxtb16 r11, r7\n\t" \
    twice("r8", "r9", "r10", "r11") "stmia r1!, {r8-r11}\n\t" \
    "sxtb16 r4, r4, ror #8\n\tsxtb16 r5, r5, ror #8\n\tsxtb16 r6, r6, ror #8\n\t" \
    "sxtb16 r7, r7, ror #8\n\t" twice("r4", "r5", "r6", "r7") "stmia r1!, {r4-r7}\n\t" \
    "subs r2, #1\n\tbne 1b\n\tmov lr, r1\n\t"
#define EU_QUADS_ONCE(a, b, c, d) ""
#define EU_QUADS_TWICE(a, b, c, d) \
    "sadd16 " a ", " a ", " a "\n\tsadd16 " b ", " b ", " b "\n\t" \
    "sadd16 " c ", " c ", " c "\n\tsadd16 " d ", " d ", " d "\n\t"

/* Unpacking of quads for EU_QUADS_SCALE. */
#define EU_QUADS_UNPACK_TWO(multipliers, offsets) \
    "ldrd r4, r5, [r0, #" multipliers "]\n\tldrd r2, r3, [r0, #" offsets "]\n\t" \
    "smull r6, r7, r2, r12\n\tsmull r8, r9, r3, r12\n\tstmia r1!, {r4-r9}\n\t"

/* One quad for EU_QUADS_SCALE without biases (they are in the offsets): packed is groups of weights, 4 multipliers, 4 offsets
 * / 2^offset_shift. Returns the end of the widened weights; behind it per two channels multipliers, 64-bit offsets. */
EU_NAKED static int32_t *eu_quads_unpack(EU_UNUSED const int32_t *packed, EU_UNUSED int32_t *wide,
                                         EU_UNUSED int32_t groups, EU_UNUSED int32_t offset_shift)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {r4-r11, lr}\n\tmovs r4, #0\n\tmovs r5, #0\n\tmovs r6, #0\n\tmovs r7, #0\n\t"
            "stmia r1!, {r4-r7}\n\tmovs r12, #1\n\tlsl r12, r3\n" EU_QUADS_WIDEN(EU_QUADS_ONCE)
            EU_QUADS_UNPACK_TWO("0", "16") EU_QUADS_UNPACK_TWO("8", "24") "mov r0, lr\n\tpop {r4-r11, pc}");
    /* clang-format on */
}

/* What a row loop needs, in the order of the registers it is loaded into. */
typedef struct {
    const int32_t *wide; /* r1: 4 first sums, widened weights, constants of the requantization */
    int32_t out_step;    /* r2 */
    const int8_t *end;   /* r3: the inputs of the row after the last */
    uint32_t above;      /* r4: in each byte, 255 - (high - low) */
    uint32_t below;      /* r5: in each byte, high + zero_point + 1 (mod 256) */
    int32_t gap;         /* r6: bytes from the end of one row's inputs to the start of the next row's */
    const int8_t *in;    /* r7 */
    int8_t *out;         /* r8 */
    int32_t groups;      /* r9: groups of four inputs, per run of inputs */
    const int32_t *last; /* windows of several runs: where the widened weights end */
    int32_t run_gap;     /* and the bytes between runs (or see EU_QUADS_LAST) */
    int32_t add[4];      /* see EU_QUADS_ADD */
} eu_quads_rows_t;

/* Row loops over one signal, by the form of the window. */

/* Saves the caller's registers, keeps the frame on the stack: r1-r6 at [sp], the two entries at [sp + 24] and [sp + 28],
 * what `extra` pushed above them. Row loop at label 1. */
#define EU_QUADS_ENTER(extra, entries) \
    ".syntax unified\n\tpush {r4-r11, lr}\n\t" extra "ldmia r0, {r1-r9}\n\t" EU_QUADS_FIND \
    "push {r1-r6, r10, r11}\n\tmov r0, r7\n\tmov lr, r8\n" \
    "1:\n\tldmia r1!, {r8-r11}\n\tldr pc, [sp, #24]\n\t" entries

/* For windows of several runs: keeps the frame's last two words at [sp + 32], and goes back into the chain for each run. */
#define EU_QUADS_KEEP_RUNS "ldr r10, [r0, #36]\n\tldr r11, [r0, #40]\n\tpush {r10, r11}\n\t"
#define EU_QUADS_NEXT_RUN \
    "ldr r2, [sp, #32]\n\tldr r3, [sp, #36]\n\tcmp r1, r2\n\tbeq 4f\n\tadd r0, r3\n\t" \
    "ldr pc, [sp, #24]\n4:\n\t"

/* The last four inputs, which may overlap those before them (their weights are zero then): [sp + 32] is where they start
 * behind the others, 0 to -3. */
#define EU_QUADS_KEEP_LAST "ldr r10, [r0, #40]\n\tpush {r10, r11}\n\t"
#define EU_QUADS_LAST "ldr r2, [sp, #32]\n\tldr r2, [r0, r2]\n\t" EU_QUADS_STEP("r2")

/* r1-r6 hold the frame again: next row, or back to the caller. */
#define EU_QUADS_LEAVE(extra_bytes) \
    "add r0, r6\n\tcmp r0, r3\n\tbne 1b\n\tadd sp, #32 + " extra_bytes "\n\tpop {r4-r11, pc}"

/* The sums of a row, by the form of the window. */
#define EU_QUADS_ONE_48 EU_QUADS_ENTER("", EU_QUADS_ENTRIES_48) EU_QUADS_CHAIN_48("28")
#define EU_QUADS_ONE_64 EU_QUADS_ENTER("", EU_QUADS_ENTRIES_64) EU_QUADS_CHAIN_64("28")
#define EU_QUADS_RUNS_48 EU_QUADS_ENTER(EU_QUADS_KEEP_RUNS, EU_QUADS_ENTRIES_48) EU_QUADS_CHAIN_48("28") EU_QUADS_NEXT_RUN
#define EU_QUADS_RUNS_64 EU_QUADS_ENTER(EU_QUADS_KEEP_RUNS, EU_QUADS_ENTRIES_64) EU_QUADS_CHAIN_64("28") EU_QUADS_NEXT_RUN
#define EU_QUADS_ANY EU_QUADS_ENTER(EU_QUADS_KEEP_LAST, EU_QUADS_ENTRIES_64) EU_QUADS_ANY_CHAIN EU_QUADS_LAST

/* One run, for an addition. */
#define EU_QUADS_ADDING EU_QUADS_ENTER(EU_QUADS_KEEP_ADD, EU_QUADS_ENTRIES_48) EU_QUADS_CHAIN_48("28")

/* The rows and quads of a convolution; what the kernels named eu_quads_conv_ share. */

typedef void eu_quads_loop_t(const eu_quads_rows_t *);

/* The last quad where only `live` of its channels exist: what `loop` writes too much is written again by the rows and quads
 * that follow (rows lie without gaps then), and where nothing follows it goes through four bytes aside. */
static void eu_quads_partial(eu_quads_loop_t *loop, eu_quads_rows_t frame, int32_t rows, int32_t in_step, int32_t live)
{
    const int32_t direct = rows - (3 - live) / frame.out_step - 1;
    if (direct > 0) {
        frame.end = frame.in + direct * in_step;
        loop(&frame);
        frame.in += direct * in_step;
        frame.out += direct * frame.out_step;
    }
    for (int32_t r = direct > 0 ? direct : 0; r < rows; r++) {
        int8_t aside[4];
        int8_t *const out = frame.out;
        frame.out = aside;
        frame.end = frame.in + in_step;
        loop(&frame);
        memcpy(out, aside, (size_t)live);
        frame.in += in_step;
        frame.out = out + frame.out_step;
    }
}

/* A convolution in quads: what all kernels of that kind are told. */
typedef struct {
    const int32_t *weights; /* packed quads */
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t outputs;
    int32_t block;         /* rows done before any input of later rows is overwritten */
    int32_t groups;        /* groups of four inputs per run */
    int32_t runs;          /* runs per window */
    int32_t run_gap;       /* bytes between runs, or where the last four inputs start (see EU_QUADS_LAST) */
    int32_t packed_groups; /* groups of weights per quad */
    int32_t scale;         /* what unpack wants: shift of the offsets, or the output's zero point */
    uint32_t above;        /* as in eu_quads_rows_t */
    uint32_t below;
} eu_quads_conv_t;

typedef int32_t *eu_quads_unpack_t(const int32_t *packed, int32_t *wide, int32_t groups, int32_t scale);

/* The last quad runs first, so that the others write over what it writes too much. */
static void eu_quads_conv(const int8_t *in, int8_t *out, const eu_quads_conv_t *p, int32_t *wide, eu_quads_loop_t *loop,
                          eu_quads_unpack_t *unpack, int32_t constants)
{
    const int32_t size = constants + 4 * p->packed_groups;
    const int32_t gap = p->in_step - p->runs * 4 * p->groups - (p->runs - 1) * p->run_gap;
    eu_quads_rows_t frame = {wide, p->out_step, in,        p->above, p->below,   gap,
                             in,   out,         p->groups, wide,     p->run_gap, {0, 0, 0, 0}};
    for (int32_t first = 0; first < p->rows; first += p->block) {
        const int32_t rows = p->rows - first < p->block ? p->rows - first : p->block;
        int32_t n = (p->outputs - 1) & ~3;
        const int32_t *packed = p->weights + (n >> 2) * size;
        frame.end = frame.in + rows * p->in_step;
        frame.out = out + first * p->out_step + n;
        for (int32_t live = p->outputs - n; n >= 0; n -= 4) {
            frame.last = unpack(packed, wide, p->packed_groups, p->scale);
            if (live < 4) {
                eu_quads_partial(loop, frame, rows, p->in_step, live);
            } else {
                loop(&frame);
            }
            live = 4;
            packed -= size;
            frame.out -= 4;
        }
        frame.in = frame.end;
    }
}

/* All rows of a quad: the sums by the form of the window (eu_quads_conv.c), then a tail (eu_quads.c). */
EU_NAKED static void eu_quads_conv_clamped_loop(EU_UNUSED const eu_quads_rows_t *frame)
{
    __asm__(EU_QUADS_ONE_48 EU_QUADS_CLAMPED EU_QUADS_LEAVE("0"));
}

/* Convolution in quads:
 *
 *     acc[r][n] = bias[n] + sum over k < inputs of in[r * in_step + k] * w[n][k]
 *
 * then the tail clamped (eu_quads.c has formulas, bounds and exactness). The window is, by the name's last part,
 *     one run of at most 48 bytes (64 with the linear tail), a multiple of 4;
 *     runs: several runs of such a length (taps that do not follow each other without gaps, or more inputs): those of run t start at
 *     in[r * in_step + t * (4 * groups + run_gap)], the weights of all runs follow each other;
 *     any: 4 to 68 bytes at any address: groups of four inputs, then the last four, which may overlap them (the weights of what was read
 *     before are zero then), so that no byte outside the window is read. */
static void eu_quads_conv_clamped(const int8_t *in, int8_t *out, const eu_quads_conv_t *p, int32_t *wide)
{
    eu_quads_conv(in, out, p, wide, eu_quads_conv_clamped_loop, eu_quads_unpack, 8);
}

EU_DEPTHWISE_3_LOOP(eu_depthwise_3_8_8_6, "8", "8", "6")

EU_DEPTHWISE_3_ANY_LOOP(eu_depthwise_3_any)

static void eu_depthwise_3_8_8_8_8_6_any_6(const int8_t *in, int8_t *out, const eu_depthwise_3_t *p)
{
    static eu_depthwise_3_loop_t *const loops[] = {eu_depthwise_3_8_8_6, eu_depthwise_3_any};
    eu_depthwise_3(in, out, p, loops, 6);
}

#include "tiny_dsp_weights.h"

static const eu_copy_t tiny_dsp_00 = {
    .outer = 1,
    .rows = 1,
    .bytes = 64,
    .in_pitch = 4,
    .in_jump = 0,
    .out_pitch = 4,
    .out_jump = 0,
};

static const eu_panels_t tiny_dsp_01 = {
    .weights = tiny_dsp_01_weights,
    .out_step = 8,
    .outputs = 8,
    .scale = -2088960,
    .rows = 16,
    .in = {.step = 4, .groups = 3, .runs = 1, .gap = 0, .first = 2, .skip = -96},
};

static const eu_depthwise_3_t tiny_dsp_02 = {
    .weights = tiny_dsp_02_weights,
    .bias = tiny_dsp_02_bias,
    .multiplier = tiny_dsp_02_multiplier,
    .shift = tiny_dsp_02_shift,
    .rows = 16,
    .in_step = 8,
    .out_step = 8,
    .outputs = 8,
    .block = 16,
    .zero_point = 3,
};

static const eu_panels_add_t tiny_dsp_03 = {
    .conv = {.weights = tiny_dsp_03_conv_weights, .out_step = 8, .outputs = 8, .scale = 7, .rows = 16, .in = {.step = 8, .groups = 2, .runs = 1, .gap = 0, .first = 1, .skip = -128}},
    .slope = 570350,
    .other_slope = 570350,
    .add_offset = 64478621,
};

static const eu_elementwise_max_2_t tiny_dsp_04 = {
    .rows = 8,
    .in_step = 16,
    .pitch = 8,
    .out_step = 8,
    .words = 2,
};

static const eu_panels_sum_t tiny_dsp_05 = {
    .weights = tiny_dsp_05_weights,
    .out_step = 8,
    .outputs = 8,
    .scale = -2088960,
    .groups = 8,
    .repeat = 2,
    .a = {.step = 8, .groups = 2, .runs = 1, .gap = 0, .first = 1, .skip = -128},
    .b = {.step = 4, .groups = 1, .runs = 1, .gap = 0, .first = 1, .skip = -160},
};

static const eu_quads_conv_t tiny_dsp_06 = {
    .weights = tiny_dsp_06_weights,
    .rows = 16,
    .in_step = 8,
    .out_step = 4,
    .outputs = 4,
    .block = 16,
    .groups = 2,
    .runs = 1,
    .run_gap = 0,
    .packed_groups = 2,
    .scale = 20,
    .above = 0U,
    .below = 2155905152U,
};

#ifdef TINY_DSP_TRACE
void tiny_dsp_trace(int32_t layer);
#define TINY_DSP_LAYER(index) tiny_dsp_trace(index)
#else
#define TINY_DSP_LAYER(index) ((void)0)
#endif

typedef char tiny_dsp_arena_fits[sizeof((((tiny_dsp_state_t *)0)->arena)) >= TINY_DSP_ARENA_BYTES ? 1 : -1];

void tiny_dsp_reset(tiny_dsp_state_t *state)
{
    memset(state->arena, 0, sizeof state->arena);
}

void tiny_dsp_run(tiny_dsp_state_t *state, const int8_t *input, int8_t *output)
{
    int8_t *const a = (int8_t *)state->arena;
    (void)a;

    /*  0 input: INPUT -> 16 x 4 */
    TINY_DSP_LAYER(0);
    eu_copy(input, a + 252, &tiny_dsp_00);
    /*  1 tensor_1: CONV_2D -> 16 x 8, 1536 MACs */
    TINY_DSP_LAYER(1);
    eu_fill(a + 248, 1, 0, 4, 69);
    eu_fill(a + 316, 1, 0, 4, 69);
    eu_panels_conv_relu(a + 248, a + 8, &tiny_dsp_01, (int32_t *)(void *)(a + 144));
    /*  2 tensor_4: DEPTHWISE_CONV_2D -> 16 x 8, 384 MACs */
    TINY_DSP_LAYER(2);
    eu_fill(a, 1, 0, 8, -128);
    eu_fill(a + 136, 1, 0, 8, -128);
    eu_depthwise_3_8_8_8_8_6_any_6(a, a + 144, &tiny_dsp_02);
    /*  3 tensor_7: CONV_2D+ADD -> 16 x 8, 1024 MACs */
    TINY_DSP_LAYER(3);
    eu_panels_add_linear(a + 144, a + 8, a + 8, &tiny_dsp_03, (int32_t *)(void *)(a + 272));
    /*  4 tensor_11: MAX_POOL_2D -> 8 x 8 */
    TINY_DSP_LAYER(4);
    eu_elementwise_max_2(a + 8, a + 264, &tiny_dsp_04);
    /*  5 tensor_16: RESIZE_NEAREST_NEIGHBOR+CONCATENATION+CONV_2D -> 16 x 8, 1024 MACs */
    TINY_DSP_LAYER(5);
    eu_panels_sum_saturated(a + 264, input + 64, a + 136, &tiny_dsp_05, (int32_t *)(void *)(a));
    /*  6 tensor_19: CONV_2D -> 16 x 4, 512 MACs */
    TINY_DSP_LAYER(6);
    eu_quads_conv_clamped(a + 136, output, &tiny_dsp_06, (int32_t *)(void *)(a));
    TINY_DSP_LAYER(TINY_DSP_LAYERS);
}
