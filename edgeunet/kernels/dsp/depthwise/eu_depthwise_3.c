/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
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
