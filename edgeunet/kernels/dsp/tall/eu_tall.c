/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for calls of few rows share (Cortex-M4/M7/M33): four rows of one output channel at a time. It is the chain
 * of eu_quads.c with the roles swapped: the inputs of four rows are widened to 16 bits once for all channels, the weights are read
 * as they are and split by SXTB16 on the way, for four rows at once:
 *
 *     acc[r] += x[r][k] * w[k] + x[r][k + 2] * w[k + 2]
 *
 * so that no time goes into widening weights that few rows use. Widened inputs lie in groups of four: inputs (k, k + 2) of rows
 * 0 .. 3, then inputs (k + 1, k + 3) of rows 0 .. 3.
 *
 * The chain is there once for all kernels; parts of the frame say where to go on. Registers: r0 weights, r1 inputs, r2 r3 weights as
 * read, r4-r7 inputs, r8-r11 accumulators, r12 weights split, lr output. A tail turns r8-r11 into int8 values by the constants at r0,
 * stores them, and goes on at `next` with r0 behind the constants. */
typedef void eu_tall_code_t(void);

/* Where the chain starts, how often, and where it goes then. */
typedef struct {
    eu_tall_code_t *exit; /* tail, or eu_tall_pass where there are several passes */
    int32_t groups;       /* groups of four inputs per pass; on the stack: where to enter the chain */
    int32_t even;         /* on the stack: the same for groups - groups % 2 */
    eu_tall_code_t *tail;
    int32_t left; /* passes to go, and passes */
    int32_t passes;
} eu_tall_chain_t;

/* The frame, copied to the stack. */
typedef struct {
    const int32_t *wide;   /* 0: four zeros, then the widened inputs */
    const int8_t *end;     /* 4: the output behind the last channel */
    int32_t out_rows[3];   /* 8: rows 1 to 3 of the output, seen from row 0 */
    eu_tall_code_t *next;  /* 20 */
    eu_tall_chain_t chain; /* 24: exit, 28: entry, 32: even, 36: tail, 40: left, 44: passes */
    int32_t scale;         /* 48: see the tails */
    const int8_t *weights; /* 52; on the stack: the caller's stack pointer */
    int8_t *out;           /* 56 */
    int32_t unused;        /* 60 */
} eu_tall_frame_t;

#define EU_TALL_COPY "ldmia r0!, {r4-r11}\n\tstmia r12!, {r4-r11}\n\t"

/* Runs a frame of `bytes`, a multiple of 32; one of 160 (eu_tall_sum.c) begins with its chain over a. */
EU_NAKED static void eu_tall_loop(EU_UNUSED const void *frame, EU_UNUSED int32_t bytes)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {r4-r11, lr}\n\tmov r3, sp\n\tsub r2, r3, r1\n\tmov sp, r2\n\tmov r12, r2\n\tmov r2, r1\n"
            "1:\n\t" EU_TALL_COPY "subs r1, #32\n\tbne 1b\n\t"
            "ldr r9, [sp, #28]\n\tbl 5f\n\tstrd r10, r11, [sp, #28]\n\tcmp r2, #160\n\tbne 2f\n\t"
            "strd r10, r11, [sp, #100]\n\tldr r9, [sp, #124]\n\tbl 5f\n\tstrd r10, r11, [sp, #124]\n"
            "2:\n\tldr r0, [sp, #52]\n\tstr r3, [sp, #52]\n\tldr lr, [sp, #56]\n\tldr r1, [sp]\n\t"
            "ldmia r1!, {r8-r11}\n\tldr pc, [sp, #28]\n5:\n\t" EU_QUADS_FIND "bx lr\n\t"
            EU_QUADS_ENTRIES_48 EU_QUADS_CHAIN_48("32") "ldr pc, [sp, #24]");
    /* clang-format on */
}

/* After a pass: the next one, or the tail. */
EU_NAKED static void eu_tall_pass(void)
{
    __asm__(
        ".syntax unified\n\tldrd r2, r3, [sp, #40]\n\tsubs r2, #1\n\tbeq 1f\n\tstr r2, [sp, #40]\n\tldr pc, [sp, #28]\n"
        "1:\n\tstr r3, [sp, #40]\n\tldr pc, [sp, #36]");
}

#define EU_TALL_LEAVE "ldr r2, [sp, #52]\n\tmov sp, r2\n\tpop {r4-r11, pc}\n"

/* After a tail: the next channel, or back to the caller. */
EU_NAKED static void eu_tall_next(void)
{
    __asm__(".syntax unified\n\tldrd r1, r2, [sp]\n\tcmp lr, r2\n\tbeq 1f\n\tldmia r1!, {r8-r11}\n\tldr pc, [sp, #28]\n"
            "1:\n\t" EU_TALL_LEAVE);
}

/* Stores the four values in r8-r11. */
#define EU_TALL_STORE \
    "ldrd r2, r3, [sp, #8]\n\tldr r4, [sp, #16]\n\tstrb r9, [lr, r2]\n\tstrb r10, [lr, r3]\n\t" \
    "strb r11, [lr, r4]\n\tstrb r8, [lr], #1\n\tldr pc, [sp, #20]"

/* max(acc + r2, 0): a bias, then RELU on accumulators (the results of a negative one and of zero are the same there). */
#define EU_TALL_RECTIFY_ONE(acc) "add " acc ", " acc ", r2\n\tbic " acc ", " acc ", " acc ", asr #31\n\t"
#define EU_TALL_RECTIFY EU_TALL_RECTIFY_ONE("r8") EU_TALL_RECTIFY_ONE("r9") EU_TALL_RECTIFY_ONE("r10") EU_TALL_RECTIFY_ONE("r11")

/* (acc * multiplier + offset * 2^shift) >> 36 within int8: r3 multiplier, r6 offset, scale 2^shift; see EU_QUADS_SCALE. */
#define EU_TALL_SCALE_ONE(acc) \
    "smull r4, r5, r6, r7\n\tsmlal r4, r5, " acc ", r3\n\tssat " acc ", #8, r5, asr #4\n\t"
#define EU_TALL_SCALE \
    "ldr r7, [sp, #48]\n\t" EU_TALL_SCALE_ONE("r8") EU_TALL_SCALE_ONE("r9") EU_TALL_SCALE_ONE("r10") EU_TALL_SCALE_ONE("r11")

/* Double rounding: r2 multiplier, r3 constants, scale 2 * zero_point + 1. With doubled sums
 *
 *     y = (acc * multiplier[n] + 2^31 >> 32) + (2 * zero_point + 1) * 2^(shift[n] - 1) + (acc >> 31)
 *     min(max(y >> shift[n], -128), 127)
 *
 * Bounds and exactness as in eu_quads.c; |bias| < 2^25 is proven too. */
#define EU_TALL_ROUND_ONE(acc) \
    "add " acc ", r3, " acc ", lsl #1\n\tadd r6, r5, " acc ", asr #31\n\tsmmlar " acc ", " acc ", r2, r6\n\t" \
    "asr " acc ", r4\n\tssat " acc ", #8, " acc ", asr #1\n\t"
#define EU_TALL_ROUND \
    "ldr r5, [sp, #48]\n\tand r4, r3, #31\n\tasr r3, r3, #5\n\tlsl r5, r4\n\t" \
    EU_TALL_ROUND_ONE("r8") EU_TALL_ROUND_ONE("r9") EU_TALL_ROUND_ONE("r10") EU_TALL_ROUND_ONE("r11")

/* The tails, as in eu_quads.c. Constants of a channel: multiplier, offset / scale (the bias is in the offset); */
#define EU_TALL_SATURATED "ldmia r0!, {r3, r6}\n\t" EU_TALL_SCALE
/* bias, multiplier, offset / scale: min((max(acc, 0) * multiplier[n] + offset[n]) >> 36, 127); */
#define EU_TALL_RELU "ldmia r0!, {r2, r3, r6}\n\t" EU_TALL_RECTIFY EU_TALL_SCALE
/* multiplier, 64 * bias + shift - 1. */
#define EU_TALL_LINEAR "ldmia r0!, {r2, r3}\n\t" EU_TALL_ROUND

/* Widens `groups` groups of four inputs of four rows; returns the end. */
EU_NAKED static int32_t *eu_tall_widen(EU_UNUSED const int8_t *const rows[4], EU_UNUSED int32_t *wide,
                                       EU_UNUSED int32_t groups)
{
    __asm__(".syntax unified\n\tpush {r4-r11, lr}\n\tmov r12, r1\n\tmov lr, r2\n\tldmia r0, {r0-r3}\n"
            "1:\n\tldr r4, [r0], #4\n\tldr r5, [r1], #4\n\tldr r6, [r2], #4\n\tldr r7, [r3], #4\n\t"
            "sxtb16 r8, r4\n\tsxtb16 r9, r5\n\tsxtb16 r10, r6\n\tsxtb16 r11, r7\n\tstmia r12!, {r8-r11}\n\t"
            "sxtb16 r4, r4, ror #8\n\tsxtb16 r5, r5, ror #8\n\tsxtb16 r6, r6, ror #8\n\tsxtb16 r7, r7, ror #8\n\t"
            "stmia r12!, {r4-r7}\n\tsubs lr, #1\n\tbne 1b\n\tmov r0, r12\n\tpop {r4-r11, pc}");
}
