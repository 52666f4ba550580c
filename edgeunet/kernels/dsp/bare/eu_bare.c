/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels without scratch memory share (Cortex-M4/M7/M33): four output channels of one row at a time, inputs and weights
 * both split by SXTB16 as they are read. Nothing is widened beforehand, so that a call of one row costs no more per row than others.
 *
 * Weights of two channels share 16 bits, h[k] = 256 * w[n + 1][k] + w[n][k], and SXTB16 takes w[n] out of them. Two sums,
 *
 *     first += x[k] * w[n][k] + x[k + 2] * w[n][k + 2]        second += x[k] * h[k] + x[k + 2] * h[k + 2],
 *
 * give the other channel's as (second - first) / 256: exact where |256 * that sum| < 2^31, which is proven per channel, though second
 * itself may wrap. So only every second channel's weights are split: 16 products take 8 SMLAD, 6 SXTB16 and 2 loads.
 *
 * A group of four inputs is four words: pairs (k, k + 2) and (k + 1, k + 3) of channels 0 and 1, the same of channels 2 and 3.
 * Registers: r0 inputs, r1 weights, r2 r12 inputs split, r3 signal, r4-r7 weights, r8-r11 accumulators, lr turns left. */

/* One signal's window: runs of neighbouring bytes, `gap` bytes between them. */
typedef struct {
    const int8_t *in;  /* 0 */
    int32_t gap;       /* 4 */
    const int8_t *end; /* 8: of the last run */
    int32_t skipped;   /* 12: groups of the first turn that are not there */
    int32_t turns;     /* 16: of four groups, per run */
    int32_t more;      /* 20: whether another signal follows */
} eu_bare_signal_t;

typedef void eu_bare_tail_t(void);

/* What a row needs. A tail turns r8-r11 into int8 values by the constants at r1 and stores them where [sp, #4] says; it leaves r1
 * behind the constants, and may change all registers but lr. r3 is the frame, which [sp] keeps. */
typedef struct {
    const int32_t *weights;     /* 0 */
    int8_t *out;                /* 4 */
    const int8_t *last;         /* 8: output of the last four channels */
    eu_bare_tail_t *tail;       /* 12 */
    int32_t scale;              /* 16: see the tails */
    uint32_t above;             /* 20: as in eu_quads_rows_t */
    uint32_t below;             /* 24 */
    eu_bare_signal_t signal[2]; /* 28 */
} eu_bare_frame_t;

#define EU_BARE_GROUP(label) \
    label ":\n\tldr r2, [r0], #4\n\tldmia r1!, {r4-r7}\n\tsxtb16 r12, r2\n\tsxtb16 r2, r2, ror #8\n\t" \
    "smlad r9, r12, r4, r9\n\tsxtb16 r4, r4\n\tsmlad r11, r12, r6, r11\n\tsxtb16 r6, r6\n\t" \
    "smlad r8, r12, r4, r8\n\tsmlad r10, r12, r6, r10\n\t" \
    "smlad r9, r2, r5, r9\n\tsxtb16 r5, r5\n\tsmlad r11, r2, r7, r11\n\tsxtb16 r7, r7\n\t" \
    "smlad r8, r2, r5, r8\n\tsmlad r10, r2, r7, r10\n"

/* All channels of a row. Where they are no multiple of four, the last four overlap those before them. */
EU_NAKED static void eu_bare_row(EU_UNUSED const eu_bare_frame_t *frame)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {r4-r11, lr}\n\tldmia r0, {r1, r2}\n\tpush {r0, r2}\n"
            "1:\n\tldr r3, [sp]\n\tmov r8, #0\n\tmov r9, #0\n\tmov r10, #0\n\tmov r11, #0\n\tadds r3, #28\n"
            "2:\n\tldr r0, [r3]\n"
            "3:\n\tldrd r2, lr, [r3, #12]\n\ttbb [pc, r2]\n"
            "10:\n\t.byte (20f - 10b) / 2, (21f - 10b) / 2, (22f - 10b) / 2, (23f - 10b) / 2\n"
            EU_BARE_GROUP("20") EU_BARE_GROUP("21") EU_BARE_GROUP("22") EU_BARE_GROUP("23")
            "\tsubs lr, #1\n\tbne 20b\n\tldrd r2, r12, [r3, #4]\n\tcmp r0, r12\n\tbeq 4f\n\tadd r0, r2\n\tb 3b\n"
            "4:\n\tldr r2, [r3, #20]\n\tcbz r2, 5f\n\tadds r3, #24\n\tb 2b\n"
            "5:\n\tsub r9, r9, r8\n\tsub r11, r11, r10\n\tasr r9, r9, #8\n\tasr r11, r11, #8\n\t"
            "ldr r3, [sp]\n\tldr r2, [r3, #12]\n\tblx r2\n\t"
            "ldrd r3, r2, [sp]\n\tldr r4, [r3, #8]\n\tcmp r2, r4\n\tbeq 6f\n\tadds r2, #4\n\tcmp r2, r4\n\tit hi\n\tmovhi r2, r4\n\t"
            "str r2, [sp, #4]\n\tb 1b\n"
            "6:\n\tadd sp, #8\n\tpop {r4-r11, pc}");
    /* clang-format on */
}

/* (acc * multiplier + offset * 2^shift) >> 36 by `op`: scale is 2^shift; see EU_QUADS_SCALE. */
#define EU_BARE_SCALE_ONE(op, acc, multiplier) \
    "ldr r0, [r1], #4\n\tsmull r6, r7, r0, r12\n\tsmlal r6, r7, " acc ", " multiplier "\n\t" op " " acc ", #8, r7, asr #4\n\t"
#define EU_BARE_SCALE(op) \
    "ldr r12, [r3, #16]\n\tldmia r1!, {r2-r5}\n\t" \
    EU_BARE_SCALE_ONE(op, "r8", "r2") EU_BARE_SCALE_ONE(op, "r9", "r3") \
    EU_BARE_SCALE_ONE(op, "r10", "r4") EU_BARE_SCALE_ONE(op, "r11", "r5")

/* Double rounding as eu_tall.c has it: scale is 2 * zero_point + 1. */
#define EU_BARE_ROUND_ONE(acc) \
    "ldmia r1!, {r4, r5}\n\tadd " acc ", " acc ", r5, asr #5\n\tand r5, r5, #31\n\tlsl r6, r12, r5\n\t" \
    "add r6, r6, " acc ", asr #31\n\tsmmlar " acc ", " acc ", r4, r6\n\t" \
    "asr " acc ", r5\n\tssat " acc ", #8, " acc ", asr #1\n\t"
#define EU_BARE_ROUND \
    "ldr r12, [r3, #16]\n\tlsl r8, r8, #1\n\tlsl r9, r9, #1\n\tlsl r10, r10, #1\n\tlsl r11, r11, #1\n\t" \
    EU_BARE_ROUND_ONE("r8") EU_BARE_ROUND_ONE("r9") EU_BARE_ROUND_ONE("r10") EU_BARE_ROUND_ONE("r11")

/* Stores the four int8 values in r8-r11. */
#define EU_BARE_STORE \
    "ldr r2, [sp, #4]\n\tstrb r8, [r2]\n\tstrb r9, [r2, #1]\n\tstrb r10, [r2, #2]\n\tstrb r11, [r2, #3]\n\tbx lr"

/* Stores four values 0 .. 255 above low, as eu_quads.c does. */
#define EU_BARE_STORE_CLAMPED \
    "ldrd r3, r2, [sp]\n\tldrd r4, r5, [r3, #20]\n\torr r8, r8, r9, lsl #8\n\torr r10, r10, r11, lsl #8\n\t" \
    "orr r8, r8, r10, lsl #16\n\tuqadd8 r8, r8, r4\n\tuadd8 r8, r8, r5\n\tstr r8, [r2]\n\tbx lr"

/* The tails, as in eu_quads.c. Constants of four channels: 4 multipliers, 4 offsets / scale (the biases are in the offsets); */
#define EU_BARE_SATURATED EU_BARE_SCALE("ssat")
#define EU_BARE_CLAMPED EU_BARE_SCALE("usat")
/* 4 biases, 4 multipliers, 4 offsets / scale; */
#define EU_BARE_RELU \
    "ldmia r1!, {r4-r7}\n\tadd r8, r4\n\tadd r9, r5\n\tadd r10, r6\n\tadd r11, r7\n\t" EU_QUADS_RECTIFY EU_BARE_SCALE("ssat")
/* per channel multiplier, 64 * bias + shift - 1. */
#define EU_BARE_LINEAR EU_BARE_ROUND
