/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Depthwise 3x3 over an image, channel by channel (Cortex-M4/M7/M33): what its kernels share.
 *
 *     acc[n] = 2 * (bias[n] + sum over i, j < 3 of in[y * stride_height - top + i][x * stride - left + j][n] * weights[n][i][j])
 *     y = (acc * multiplier[n] + 2^31 >> 32) + 2^(shift-1) + zero_point * 2^shift + (acc >> 31)      shift = shift[n]
 *     out[y][x][n] = min(max(y >> shift, -128), 127)
 *
 * Four channels of three rows are made planes: words of two neighbouring columns (2k, 2k + 1), widened to 16 bits, padding included. So
 * SMLAD adds two taps of a row. Planes lie by pair of columns, row, channel; the rows are a ring: a row of the image is made one once,
 * and the weights' order says which is the first. Double rounding as in eu_quads.c; |acc| < 2^31 and |y| < 2^31 are proven per channel;
 * shift >= 1. */
#define EU_PLANES_PAIR 12 /* words from one pair of columns to the next */

/* One channel of a row of outputs; a call does four. */
typedef struct {
    const int32_t *in;      /* 0: its first pair of columns */
    int8_t *out;            /* 4 */
    const int32_t *weights; /* 8: doubled taps (0, 1) and (1, 2) of the ring's three rows */
    int32_t multiplier;     /* 12 */
    int32_t rounding;       /* 16 */
    int32_t bias;           /* 20: doubled */
    int32_t shift;          /* 24 */
    int32_t out_step;       /* 28 */
    const int32_t *end;     /* 32: pair of columns behind those of the last two outputs */
    int32_t odd;            /* 36: whether one more output follows */
} eu_planes_row_t;

/* `pairs` pairs of pixels of four channels, `in_step` bytes apart, into planes. */
EU_NAKED static void eu_planes_widen(EU_UNUSED const int8_t *in, EU_UNUSED int32_t *plane, EU_UNUSED int32_t pairs,
                                     EU_UNUSED int32_t in_step)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {r4-r11}\n"
            "1:\n\tldr r4, [r0]\n\tldr r5, [r0, r3]\n\tadd r0, r0, r3, lsl #1\n\t"
            "sxtb16 r6, r4\n\tsxtb16 r7, r4, ror #8\n\tsxtb16 r4, r5\n\tsxtb16 r5, r5, ror #8\n\t"
            "pkhbt r8, r6, r4, lsl #16\n\tpkhbt r9, r7, r5, lsl #16\n\tpkhtb r10, r4, r6, asr #16\n\tpkhtb r11, r5, r7, asr #16\n\t"
            "stmia r1, {r8-r11}\n\tadds r1, #48\n\tsubs r2, #1\n\tbne 1b\n\tpop {r4-r11}\n\tbx lr");
    /* clang-format on */
}

/* Four channels after each other. r0 planes, r1 out, r2 r3 pairs of columns, r4-r9 weights, r10 r11 sums, r12 multiplier, lr rounding;
 * stack: bias, shift, out_step, end, odd, next channel, end of the channels. */
#define EU_PLANES_ENTER \
    ".syntax unified\n\tpush {r4-r11, lr}\n\tadd r1, r0, #160\n\tpush {r0, r1}\n\tsub sp, #20\n" \
    "4:\n\tadd r1, r0, #40\n\tstr r1, [sp, #20]\n\tsubs r1, #20\n\tldmia r1, {r4-r8}\n\tstmia sp, {r4-r8}\n\t" \
    "ldmia r0, {r0, r1, r2, r12, lr}\n\tldmia r2, {r4-r9}\n\tldr r2, [sp, #12]\n\tcmp r0, r2\n\tbeq 2f\n"
#define EU_PLANES_LEAVE "ldrd r0, r1, [sp, #20]\n\tcmp r0, r1\n\tbne 4b\n\tadd sp, #28\n\tpop {r4-r11, pc}"

/* The sum of one output from columns a (taps 0, 1) and b (tap 2), weights of one row of the ring. */
#define EU_PLANES_SUM(sum, a, b, first, last) \
    "smlad " sum ", " a ", " first ", " sum "\n\tsmlabt " sum ", " b ", " last ", " sum "\n\t"

#define EU_PLANES_STORE_TWO \
    "ldr r3, [sp, #4]\n\tadd r2, lr, r10, asr #31\n\tsmmlar r10, r10, r12, r2\n\tadd r2, lr, r11, asr #31\n\t" \
    "smmlar r11, r11, r12, r2\n\tasr r10, r3\n\tasr r11, r3\n\tldr r2, [sp, #8]\n\tldr r3, [sp, #12]\n\t" \
    "ssat r10, #8, r10\n\tssat r11, #8, r11\n\tstrb r10, [r1]\n\tstrb r11, [r1, r2]\n\tadd r1, r1, r2, lsl #1\n\t" \
    "cmp r0, r3\n\tbne 1b\n"

/* The last output where their number is odd. */
#define EU_PLANES_LAST \
    "2:\n\tldr r2, [sp, #16]\n\tcmp r2, #0\n\tbeq 3f\n\tldr r10, [sp]\n\tldr r2, [r0]\n\tldr r3, [r0, #48]\n\t" \
    EU_PLANES_SUM("r10", "r2", "r3", "r4", "r5") "ldr r2, [r0, #16]\n\tldr r3, [r0, #64]\n\t" \
    EU_PLANES_SUM("r10", "r2", "r3", "r6", "r7") "ldr r2, [r0, #32]\n\tldr r3, [r0, #80]\n\t" \
    EU_PLANES_SUM("r10", "r2", "r3", "r8", "r9") \
    "ldr r3, [sp, #4]\n\tadd r2, lr, r10, asr #31\n\tsmmlar r10, r10, r12, r2\n\tasr r10, r3\n\tssat r10, #8, r10\n\t" \
    "strb r10, [r1]\n3:\n\t"
