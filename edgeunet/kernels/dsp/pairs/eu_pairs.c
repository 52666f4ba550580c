/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels that widen both operands share (Cortex-M4/M7/M33): the quads of eu_quads.c, with the inputs of a block of rows
 * widened to 16 bits once for all quads. A product then takes 0.66 instructions instead of 0.78, and the block's inputs twice
 * their bytes of scratch memory.
 *
 * Widened inputs lie in the order of SXTB16: inputs (k, k + 2), then (k + 1, k + 3). The windows of a convolution over time overlap as they
 * do in the signal. 10.5 instructions per 16 products (8 SMLAD, 2.5 loads).
 *
 * The chain is there once for all kernels; parts of the frame say where to go on. Registers: r0 inputs, r1 weights, r2 r3 r12 lr inputs,
 * r4-r7 weights, r8-r11 accumulators. A tail turns r8-r11 into int8 values by the constants at r1 and stores them. */
typedef void eu_pairs_code_t(void);

/* The frame, copied to the stack; its first words are those of eu_quads_rows_t. */
typedef struct {
    const int32_t *wide;   /* 0: widened weights, before them (for eu_pairs_first) four first sums */
    int32_t out_step;      /* 4 */
    const int32_t *end;    /* 8: the inputs of the row after the last */
    uint32_t above;        /* 12: as in eu_quads_rows_t */
    uint32_t below;        /* 16 */
    int32_t gap;           /* 20: bytes from the end of one row's inputs to the start of the next row's */
    int32_t groups;        /* 24: groups of four inputs per pass; on the stack: where to enter the chain */
    int32_t even;          /* 28: on the stack: the same for groups - groups % 2 */
    int32_t add[4];        /* 32: see EU_QUADS_ADD */
    eu_pairs_code_t *exit; /* 48: tail, or eu_pairs_pass where there are several passes */
    eu_pairs_code_t *tail; /* 52 */
    const int32_t *last;   /* 56: where the widened weights end */
    eu_pairs_code_t *head; /* 60: what sets the first sums of a row */
    int8_t *out;           /* 64 */
    const int32_t *in;     /* 68 */
    int32_t *sums;         /* 72: see eu_pairs_sum.c */
    int32_t unused;        /* 76 */
} eu_pairs_rows_t;

#define EU_PAIRS_HALF(pair) \
    "ldmia r1!, {r4-r7}\n\tsmlad r8, " pair ", r4, r8\n\tsmlad r9, " pair ", r5, r9\n\t" \
    "smlad r10, " pair ", r6, r10\n\tsmlad r11, " pair ", r7, r11\n\t"

/* Eight inputs. */
#define EU_PAIRS_UNIT(label) \
    label ":\n\tldmia r0!, {r2, r3, r12, lr}\n\t" \
    EU_PAIRS_HALF("r2") EU_PAIRS_HALF("r3") EU_PAIRS_HALF("r12") EU_PAIRS_HALF("lr")

/* Up to 80 inputs: entered where [sp + 24] says, at 9 for four more than a multiple of 8. */
#define EU_PAIRS_CHAIN \
    "9:\n\tldmia r0!, {r2, r3}\n\t" EU_PAIRS_HALF("r2") EU_PAIRS_HALF("r3") "ldr pc, [sp, #28]\n\t" \
    EU_PAIRS_UNIT("20") EU_PAIRS_UNIT("19") EU_PAIRS_UNIT("18") EU_PAIRS_UNIT("17") EU_PAIRS_UNIT("16") \
    EU_PAIRS_UNIT("15") EU_PAIRS_UNIT("14") EU_PAIRS_UNIT("13") EU_PAIRS_UNIT("12") EU_PAIRS_UNIT("11") "10:\n\t"
#define EU_PAIRS_ENTRIES EU_QUADS_ENTRIES_64 ".hword 19f - 8b + 1, 20f - 8b + 1\n\t"

EU_NAKED static void eu_pairs_loop(EU_UNUSED const eu_pairs_rows_t *frame)
{
    __asm__(".syntax unified\n\tpush {r4-r11, lr}\n\tsub sp, #80\n\tmov r12, sp\n\tldmia r0!, {r1-r8}\n\tmov r9, r7\n\t"
            "stmia r12!, {r1-r8}\n\tldmia r0!, {r1-r8}\n\tstmia r12!, {r1-r8}\n\tldmia r0, {r1-r4}\n\t"
            "stmia r12, {r1-r4}\n\tmov r0, r2\n\t" EU_QUADS_FIND
            "strd r10, r11, [sp, #24]\n\tldr r1, [sp]\n\tldr pc, [sp, #60]\n\t" EU_PAIRS_ENTRIES EU_PAIRS_CHAIN
            "ldr pc, [sp, #48]");
}

/* After a pass: the next one, or the tail. */
EU_NAKED static void eu_pairs_pass(void)
{
    __asm__(
        ".syntax unified\n\tldr r2, [sp, #56]\n\tcmp r1, r2\n\tbeq 1f\n\tldr pc, [sp, #24]\n1:\n\tldr pc, [sp, #52]");
}

/* First sums that are the same for every row; they lie before the weights. */
EU_NAKED static void eu_pairs_first(void)
{
    __asm__(".syntax unified\n\tldmdb r1, {r8-r11}\n\tldr pc, [sp, #24]");
}

/* Around what a tail does: the output's address in lr; then, with r1-r6 as in the frame again, the next row, or back to the caller. */
#define EU_PAIRS_TAIL ".syntax unified\n\tldr lr, [sp, #64]\n\t"
#define EU_PAIRS_LEAVE \
    "str lr, [sp, #64]\n\tadd r0, r6\n\tcmp r0, r3\n\tbeq 1f\n\tldr pc, [sp, #60]\n" \
    "1:\n\tadd sp, #80\n\tpop {r4-r11, pc}"

/* Widens `groups` groups of four inputs; returns the end. */
EU_NAKED static int32_t *eu_pairs_widen(EU_UNUSED const int8_t *in, EU_UNUSED int32_t *wide, EU_UNUSED int32_t groups)
{
    __asm__(
        ".syntax unified\n\tpush {r4-r11}\n\tsubs r2, #4\n\tblt 2f\n"
        "1:\n\tldmia r0!, {r4, r6, r8, r10}\n\tsxtb16 r3, r4\n\tsxtb16 r4, r4, ror #8\n\tsxtb16 r5, r6\n\tsxtb16 r6, r6, ror #8\n\t"
        "sxtb16 r7, r8\n\tsxtb16 r8, r8, ror #8\n\tsxtb16 r9, r10\n\tsxtb16 r10, r10, ror #8\n\tstmia r1!, {r3-r10}\n\tsubs r2, #4\n\tbge 1b\n"
        "2:\n\tadds r2, #4\n\tbeq 4f\n"
        "3:\n\tldr r3, [r0], #4\n\tsxtb16 r4, r3\n\tsxtb16 r5, r3, ror #8\n\tstmia r1!, {r4, r5}\n\tsubs r2, #1\n\tbne 3b\n"
        "4:\n\tmov r0, r1\n\tpop {r4-r11}\n\tbx lr");
}
