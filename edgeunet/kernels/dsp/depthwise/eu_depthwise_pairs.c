/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the depthwise kernels share that do four rows of a channel at a time: the frame of a loop, loads of pairs of rows in
 * 16-bit halves, and the end of a loop: double rounding as in eu_quads.c, four stores. */

/* One channel, four rows or a multiple. */
typedef struct {
    const int8_t *end;  /* 0: the output of the row after the last */
    int32_t in_step;    /* 4 */
    int32_t out_step;   /* 8 */
    int32_t shift;      /* 12 */
    int32_t multiplier; /* 16 */
    int32_t rounding;   /* 20 */
    int32_t bias;       /* 24: doubled */
    const int8_t *in;   /* 28 */
    uint32_t pairs[8];  /* 32: doubled taps (0, 1), (1, 2), (2, 3), (3, 4) ... in halves */
} eu_depthwise_long_channel_t;

typedef void eu_depthwise_long_loop_t(const eu_depthwise_long_channel_t *, int8_t *);

/* The frame onto the stack; r0 in, r1 out, r3 in_step. */
#define EU_DEPTHWISE_LONG_ENTER \
    ".syntax unified\n\tpush {r4-r11, lr}\n\tsub sp, #64\n\tmov r12, sp\n\tmov lr, r1\n\t" \
    "ldmia r0!, {r1-r8}\n\tstmia r12!, {r1-r8}\n\tmov r9, r8\n\tmov r10, r2\n\tldmia r0, {r1-r8}\n\t" \
    "stmia r12, {r1-r8}\n\tmov r0, r9\n\tmov r1, lr\n\tmov r3, r10\n\t"

#define EU_DEPTHWISE_LONG_LOAD(pair) \
    "ldrsb " pair ", [r0]\n\tldrsb r2, [r0, r3]\n\tadd r0, r0, r3, lsl #1\n\tpkhbt " pair ", " pair ", r2, lsl #16\n\t"

/* Sums of four rows in r10, r11, r12 and lr: taps 0 to 2 from the pairs of rows a, b and c. */
#define EU_DEPTHWISE_LONG_FIRST(a, b, c) \
    "ldr lr, [sp, #24]\n\tldrd r2, r3, [sp, #32]\n\tsmlad r10, " a ", r2, lr\n\tsmlatb r11, " a ", r2, lr\n\t" \
    "smlad r12, " b ", r2, lr\n\tsmlatb lr, " b ", r2, lr\n\tsmlad r11, " b ", r3, r11\n\tsmlad lr, " c ", r3, lr\n\t"

/* The next two taps of every row. */
#define EU_DEPTHWISE_LONG_NEXT(at, a, b, c) \
    "ldrd r2, r3, [sp, #" at "]\n\tsmlad r10, " a ", r2, r10\n\tsmlad r12, " b ", r2, r12\n\t" \
    "smlad r11, " b ", r3, r11\n\tsmlad lr, " c ", r3, lr\n\t"

/* The last tap of the even rows; r3 holds it in its upper half. */
#define EU_DEPTHWISE_LONG_LAST(a, b) "smlabt r10, " a ", r3, r10\n\tsmlabt r12, " b ", r3, r12\n\t"

#define EU_DEPTHWISE_LONG_ROUND(sum) \
    "add r3, r9, " sum ", asr #31\n\tsmmlar " sum ", " sum ", r8, r3\n\tasr " sum ", r2\n\tssat " sum ", #8, " sum "\n\t"

/* r8 and r9 are free. Stores four rows, then the next four at label 1, or back to the caller. */
#define EU_DEPTHWISE_LONG_LEAVE \
    "ldrd r8, r9, [sp, #16]\n\tldr r2, [sp, #12]\n\t" \
    EU_DEPTHWISE_LONG_ROUND("r10") EU_DEPTHWISE_LONG_ROUND("r11") EU_DEPTHWISE_LONG_ROUND("r12") EU_DEPTHWISE_LONG_ROUND("lr") \
    "ldrd r3, r2, [sp, #4]\n\tstrb r10, [r1]\n\tstrb r11, [r1, r2]\n\tadd r1, r1, r2, lsl #1\n\t" \
    "strb r12, [r1]\n\tstrb lr, [r1, r2]\n\tadd r1, r1, r2, lsl #1\n\tldr r2, [sp]\n\tcmp r1, r2\n\tbne 1b\n\t" \
    "add sp, #64\n\tpop {r4-r11, pc}"
