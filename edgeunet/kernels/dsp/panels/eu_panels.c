/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
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
