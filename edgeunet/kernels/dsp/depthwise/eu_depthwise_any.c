/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Depthwise convolution over time with 1 to 10 taps, any stride and dilation: channel by channel, a row at a time.
 *
 *     acc[r][n] = 2 * (bias[n] + sum over t < taps of in[r * in_step + t * tap_step + n] * weights[n][t])
 *     y = (acc * multiplier[n] + 2^31 >> 32) + 2^(shift-1) + zero_point * 2^shift + (acc >> 31)      shift = shift[n]
 *     out[r * out_step + n] = min(max(y >> shift, -128), 127)
 *
 * A row loads all of its inputs, at immediate offsets from the first: a function per number of taps and steps, defined where used. Nothing
 * but the taps' inputs is read, and a row's before it is written, so that an output in the columns of its input may replace it.
 * Double rounding as in eu_quads.c; |acc| < 2^31 and |y| < 2^31 are proven per channel; shift >= 1. (taps - 1) * tap_step, in_step and
 * out_step are below 4096, rows below 2^23. */
typedef struct {
    const int32_t *constants; /* per channel doubled taps, two to a word; doubled bias, multiplier, rounding, shift */
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t outputs;
    int32_t block; /* rows done before any input of later rows is overwritten, or all rows */
} eu_depthwise_any_t;

/* Channels left to do: what is at the front is that of the next one. */
typedef struct {
    const int8_t *in;         /* 0 */
    int8_t *out;              /* 4 */
    const int32_t *constants; /* 8 */
    int32_t rows;             /* 12: 256 times one less */
    int32_t outputs;          /* 16 */
} eu_depthwise_any_frame_t;

typedef void eu_depthwise_any_loop_t(eu_depthwise_any_frame_t *);

/* Two taps or one, added to a sum, in r2. */
#define EU_DEPTHWISE_ANY_TWO(step, a, b, pair, sum) \
    "ldrsb r3, [r0, #" step "*" a "]\n\tldrsb lr, [r0, #" step "*" b "]\n\t" \
    "smlabb r2, r3, " pair ", " sum "\n\tsmlabt r2, lr, " pair ", r2\n\t"
#define EU_DEPTHWISE_ANY_ONE(step, a, pair, sum) \
    "ldrsb r3, [r0, #" step "*" a "]\n\tsmlabb r2, r3, " pair ", " sum "\n\t"

#define EU_DEPTHWISE_ANY_1(step) EU_DEPTHWISE_ANY_ONE(step, "0", "r4", "r9")
#define EU_DEPTHWISE_ANY_2(step) EU_DEPTHWISE_ANY_TWO(step, "0", "1", "r4", "r9")
#define EU_DEPTHWISE_ANY_3(step) EU_DEPTHWISE_ANY_2(step) EU_DEPTHWISE_ANY_ONE(step, "2", "r5", "r2")
#define EU_DEPTHWISE_ANY_4(step) EU_DEPTHWISE_ANY_2(step) EU_DEPTHWISE_ANY_TWO(step, "2", "3", "r5", "r2")
#define EU_DEPTHWISE_ANY_5(step) EU_DEPTHWISE_ANY_4(step) EU_DEPTHWISE_ANY_ONE(step, "4", "r6", "r2")
#define EU_DEPTHWISE_ANY_6(step) EU_DEPTHWISE_ANY_4(step) EU_DEPTHWISE_ANY_TWO(step, "4", "5", "r6", "r2")
#define EU_DEPTHWISE_ANY_7(step) EU_DEPTHWISE_ANY_6(step) EU_DEPTHWISE_ANY_ONE(step, "6", "r7", "r2")
#define EU_DEPTHWISE_ANY_8(step) EU_DEPTHWISE_ANY_6(step) EU_DEPTHWISE_ANY_TWO(step, "6", "7", "r7", "r2")
#define EU_DEPTHWISE_ANY_9(step) EU_DEPTHWISE_ANY_8(step) EU_DEPTHWISE_ANY_ONE(step, "8", "r8", "r2")
#define EU_DEPTHWISE_ANY_10(step) EU_DEPTHWISE_ANY_8(step) EU_DEPTHWISE_ANY_TWO(step, "8", "9", "r8", "r2")

/* The registers of the pairs. */
#define EU_DEPTHWISE_ANY_PAIRS_1 "r4"
#define EU_DEPTHWISE_ANY_PAIRS_2 "r4"
#define EU_DEPTHWISE_ANY_PAIRS_3 "r4, r5"
#define EU_DEPTHWISE_ANY_PAIRS_4 "r4, r5"
#define EU_DEPTHWISE_ANY_PAIRS_5 "r4-r6"
#define EU_DEPTHWISE_ANY_PAIRS_6 "r4-r6"
#define EU_DEPTHWISE_ANY_PAIRS_7 "r4-r7"
#define EU_DEPTHWISE_ANY_PAIRS_8 "r4-r7"
#define EU_DEPTHWISE_ANY_PAIRS_9 "r4-r8"
#define EU_DEPTHWISE_ANY_PAIRS_10 "r4-r8"

/* Stores a value and steps to the next row; by up to 255 bytes in one. */
#define EU_DEPTHWISE_ANY_NEAR(out_step) "strb r2, [r1], #" #out_step "\n\t"
#define EU_DEPTHWISE_ANY_FAR(out_step) "strb r2, [r1]\n\taddw r1, r1, #" #out_step "\n\t"

/* The kernel for one shape. r0 in, r1 out, pairs of taps, r9 doubled bias, r10 multiplier, r11 rounding, r12 shift and above it 256 times the
 * rows after this one. */
#define EU_DEPTHWISE_ANY(name, taps, tap_step, in_step, store) \
    __attribute__((naked, noinline)) static void name##_loop(__attribute__((unused)) eu_depthwise_any_frame_t *frame) \
    { \
        __asm__(".syntax unified\n\tpush {r0, r4-r11, lr}\n\tmov r3, r0\n" \
                "1:\n\tldmia r3, {r0-r2}\n\tldmia r2!, {" EU_DEPTHWISE_ANY_PAIRS_##taps ", r9-r12}\n\t" \
                "str r2, [r3, #8]\n\tadds r2, r0, #1\n\tstr r2, [r3]\n\tadds r2, r1, #1\n\tstr r2, [r3, #4]\n\t" \
                "ldr r2, [r3, #12]\n\torr r12, r12, r2\n" \
                "2:\n\t" EU_DEPTHWISE_ANY_##taps(#tap_step) \
                "addw r0, r0, #" #in_step "\n\tadd r3, r11, r2, asr #31\n\tsmmlar r2, r2, r10, r3\n\t" \
                "asr r2, r12\n\tssat r2, #8, r2\n\t" store "subs r12, r12, #256\n\tbcs 2b\n\t" \
                "ldr r3, [sp]\n\tldr r2, [r3, #16]\n\tsubs r2, #1\n\tstr r2, [r3, #16]\n\tbne 1b\n\t" \
                "pop {r0, r4-r11, pc}"); \
    } \
    static void name(const int8_t *in, int8_t *out, const eu_depthwise_any_t *p) \
    { \
        eu_depthwise_any(in, out, p, name##_loop); \
    }

static void eu_depthwise_any(const int8_t *in, int8_t *out, const eu_depthwise_any_t *p, eu_depthwise_any_loop_t *loop)
{
    for (int32_t rows = p->rows; rows > 0; rows -= p->block) {
        const int32_t together = rows < p->block ? rows : p->block;
        eu_depthwise_any_frame_t frame = {in, out, p->constants, (together - 1) * 256, p->outputs};
        loop(&frame);
        in += p->block * p->in_step;
        out += p->block * p->out_step;
    }
}
