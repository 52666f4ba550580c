/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Depthwise convolution over time, stride 1, dilation 1, valid rows only: one channel after the other, four rows at a time, over which
 * its inputs slide through four registers, so that each is loaded once for four products.
 *
 *     acc[r][n] = bias[n] + sum over t < taps of in[(r + t) * in_step + n / repeat] * weights[n][t]
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * |acc| < 2^23 is proven per channel. Source of the arithmetic: TFLite reference_integer_ops::DepthwiseConvPerChannel. */
typedef struct {
    const int8_t *weights; /* (outputs, taps) */
    const int32_t *bias;   /* input zero point folded in */
    const int32_t *multiplier;
    const int8_t *shift; /* to the right */
    int32_t rows;
    int32_t block; /* rows done before any input of later rows is overwritten */
    int32_t in_step;
    int32_t taps;
    int32_t repeat; /* output channels per input channel */
    int32_t out_step;
    int32_t outputs;
    int32_t above; /* see eu_requantize_short.c */
    int32_t low;
    int32_t range;
} eu_depthwise_slide_t;

#if defined(__GNUC__)
#define EU_DEPTHWISE_SLIDE_APART __attribute__((noinline)) /* registers of its own */
#define EU_DEPTHWISE_SLIDE_KEEP(p) __asm__("" : "+r"(p))   /* one address that moves on, not one for each step */
#else
#define EU_DEPTHWISE_SLIDE_APART
#define EU_DEPTHWISE_SLIDE_KEEP(p) ((void)0)
#endif

typedef struct {
    const int8_t *weights; /* 0 */
    int32_t bias;          /* 4 */
    int32_t in_step;       /* 8 */
    int32_t taps;          /* 12 */
    int32_t back;          /* 16: from the row after the last that four rows read to the first of the next four */
    int32_t multiplier;    /* 20 */
    int32_t shift;         /* 24: e - 2 */
    int32_t high;          /* 28: above * 2^(e-2) */
    int32_t range;         /* 32 */
    int32_t out_step;      /* 36 */
    int32_t low;           /* 40 */
} eu_depthwise_slide_channel_t;

/* Four rows at a time of a channel, rows / 4 times. */
#if EU_REQUANTIZE_THUMB_2
/* Registers of the sums: r0 inputs, r2 weights, r3-r6 sums, r7-r10 inputs of four rows, r11 in_step, r12 a weight, lr taps left.
 * Of int8s: r1 output, r2 r12 product, r7 multiplier, r8 shift, r9 high, r10 range, r11 out_step, lr low. Frame: 0 p, 4 rows left. */
#define EU_DEPTHWISE_SLIDE_STEP(x0, x1, x2, x3) \
    "ldrsb r12, [r2], #1\n\tldrsb " x3 ", [r0]\n\tadd r0, r11\n\tmla r3, r12, " x0 ", r3\n\tmla r4, r12, " x1 ", r4\n\t" \
    "mla r5, r12, " x2 ", r5\n\tmla r6, r12, " x3 ", r6\n\tsubs lr, #1\n\t"
#define EU_DEPTHWISE_SLIDE_CUT "cmp r2, r10\n\tit hi\n\tmovhi r2, r10\n\t"
#define EU_DEPTHWISE_SLIDE_OUT(acc, cut) \
    "and r12, " acc ", #0x80000000\n\torr r12, r12, #0x40000000\n\tadd r2, r9, " acc ", asr #31\n\tsmlal r12, r2, " acc ", r7\n\t" \
    "asr r2, r2, r8\n\tusat r2, #8, r2, asr #1\n\t" cut "add r2, lr\n\tstrb r2, [r1]\n\tadd r1, r11\n\t"
#define EU_DEPTHWISE_SLIDE_FOUR(cut) \
    EU_DEPTHWISE_SLIDE_OUT("r3", cut) EU_DEPTHWISE_SLIDE_OUT("r4", cut) EU_DEPTHWISE_SLIDE_OUT("r5", cut) EU_DEPTHWISE_SLIDE_OUT("r6", cut)

__attribute__((naked, noinline)) static void eu_depthwise_slide_fours(__attribute__((unused)) const int8_t *in,
                                                                      __attribute__((unused)) int8_t *out,
                                                                      __attribute__((unused))
                                                                      const eu_depthwise_slide_channel_t *p,
                                                                      __attribute__((unused)) int32_t rows)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {r4-r11, lr}\n\tpush {r2, r3}\n"
            "1:\n\tldr lr, [sp]\n\tldmia lr, {r2, r3, r11, lr}\n\tmov r4, r3\n\tmov r5, r3\n\tmov r6, r3\n\t"
            "ldrsb r7, [r0]\n\tldrsb r8, [r0, r11]\n\tadd r0, r0, r11, lsl #1\n\tldrsb r9, [r0]\n\tadd r0, r11\n"
            "2:\n\t" EU_DEPTHWISE_SLIDE_STEP("r7", "r8", "r9", "r10") "beq 3f\n\t" EU_DEPTHWISE_SLIDE_STEP("r8", "r9", "r10", "r7") "beq 3f\n\t"
            EU_DEPTHWISE_SLIDE_STEP("r9", "r10", "r7", "r8") "beq 3f\n\t" EU_DEPTHWISE_SLIDE_STEP("r10", "r7", "r8", "r9") "bne 2b\n"
            "3:\n\tldr lr, [sp]\n\tadd lr, lr, #16\n\tldmia lr, {r2, r7, r8, r9, r10, r11, lr}\n\tadd r0, r2\n\t"
            "cmp r10, #255\n\tbeq 4f\n\t" EU_DEPTHWISE_SLIDE_FOUR(EU_DEPTHWISE_SLIDE_CUT) "b 5f\n"
            "4:\n\t" EU_DEPTHWISE_SLIDE_FOUR("") "\n"
            "5:\n\tldr r2, [sp, #4]\n\tsubs r2, #4\n\tstr r2, [sp, #4]\n\tbne 1b\n\tadd sp, #8\n\tpop {r4-r11, pc}");
    /* clang-format on */
}
#elif EU_REQUANTIZE_THUMB_1
/* Registers of the sums: r0 inputs, r1 weights, r2-r5 sums, r6 r7 a weight and an input, r8-r11 inputs of four rows, r12 in_step, lr end of
 * the weights. Of int8s: r0 output, r1 p, r2 rows left of the four, r3-r5 product, r6 shift, r8 high, r9 range, r10 low, r11 inputs,
 * r12 out_step. Frame: 0 out, 4 p, 8 rows left. */
#define EU_DEPTHWISE_SLIDE_NEXT(x) "ldrb r7, [r0]\n\tsxtb r7, r7\n\tmov " x ", r7\n\tadd r0, r12\n\t"
#define EU_DEPTHWISE_SLIDE_STEP(x0, x1, x2, x3) \
    "ldrb r6, [r1]\n\tsxtb r6, r6\n\tadds r1, #1\n\t" EU_DEPTHWISE_SLIDE_NEXT(x3) "muls r7, r6, r7\n\tadds r5, r7\n\t" \
    "mov r7, " x0 "\n\tmuls r7, r6, r7\n\tadds r2, r7\n\tmov r7, " x1 "\n\tmuls r7, r6, r7\n\tadds r3, r7\n\t" \
    "mov r7, " x2 "\n\tmuls r7, r6, r7\n\tadds r4, r7\n\tcmp r1, lr\n\t"

__attribute__((naked, noinline)) static void eu_depthwise_slide_fours(__attribute__((unused)) const int8_t *in,
                                                                      __attribute__((unused)) int8_t *out,
                                                                      __attribute__((unused))
                                                                      const eu_depthwise_slide_channel_t *p,
                                                                      __attribute__((unused)) int32_t rows)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {r4-r7, lr}\n\tmov r4, r8\n\tmov r5, r9\n\tmov r6, r10\n\tmov r7, r11\n\tpush {r4-r7}\n\tpush {r1-r3}\n"
            "1:\n\tldr r7, [sp, #4]\n\tldmia r7!, {r1, r2, r5, r6}\n\tmov r12, r5\n\tadds r6, r1\n\tmov lr, r6\n\tmovs r3, r2\n\tmovs r4, r2\n\tmovs r5, r2\n\t"
            EU_DEPTHWISE_SLIDE_NEXT("r8") EU_DEPTHWISE_SLIDE_NEXT("r9") EU_DEPTHWISE_SLIDE_NEXT("r10")
            "\n2:\n\t" EU_DEPTHWISE_SLIDE_STEP("r8", "r9", "r10", "r11") "beq 3f\n\t" EU_DEPTHWISE_SLIDE_STEP("r9", "r10", "r11", "r8") "beq 3f\n\t"
            EU_DEPTHWISE_SLIDE_STEP("r10", "r11", "r8", "r9") "beq 3f\n\t" EU_DEPTHWISE_SLIDE_STEP("r11", "r8", "r9", "r10") "bne 2b\n"
            "3:\n\tldr r1, [sp, #4]\n\tldr r7, [sp]\n\tpush {r2-r5}\n\tldr r2, [r1, #16]\n\tadds r0, r2\n\tmov r11, r0\n\tmovs r0, r7\n\t"
            "ldr r6, [r1, #24]\n\tadds r6, #9\n\tldr r2, [r1, #28]\n\tlsls r2, #8\n\tadds r2, #64\n\tmov r8, r2\n\tldr r2, [r1, #32]\n\tmov r9, r2\n\t"
            "ldr r2, [r1, #36]\n\tmov r12, r2\n\tldr r2, [r1, #40]\n\tmov r10, r2\n\tmovs r2, #4\n"
            /* acc * multiplier >> 24 */
            "4:\n\tpop {r3}\n\tldrb r4, [r1, #20]\n\tmuls r4, r3, r4\n\tasrs r4, #8\n\t"
            "ldrb r5, [r1, #21]\n\tmuls r5, r3, r5\n\tadds r4, r5\n\tasrs r4, #8\n\t"
            "ldrb r5, [r1, #22]\n\tmuls r5, r3, r5\n\tadds r4, r5\n\tasrs r4, #8\n\t"
            "ldrb r5, [r1, #23]\n\tmuls r5, r3, r5\n\tadds r4, r5\n\t"
            /* - 128 * [acc < 0] + 256 * high + 64, then the shift */
            "asrs r3, #31\n\tlsls r3, #7\n\tadds r4, r3\n\tadd r4, r8\n\tasrs r4, r6\n\t"
            "cmp r4, r9\n\tbls 5f\n\tasrs r4, #31\n\tmov r3, r9\n\tbics r3, r4\n\tmov r4, r3\n"
            "5:\n\tadd r4, r10\n\tstrb r4, [r0]\n\tadd r0, r12\n\tsubs r2, #1\n\tbne 4b\n\t"
            "str r0, [sp]\n\tmov r0, r11\n\tldr r2, [sp, #8]\n\tsubs r2, #4\n\tstr r2, [sp, #8]\n\tbeq 6f\n\tb 1b\n"
            "6:\n\tadd sp, #12\n\tpop {r4-r7}\n\tmov r8, r4\n\tmov r9, r5\n\tmov r10, r6\n\tmov r11, r7\n\tpop {r4-r7, pc}");
    /* clang-format on */
}
#else
#define EU_DEPTHWISE_SLIDE_STEP(x0, x1, x2, x3) \
    do { \
        const int32_t w = *weights++; \
        (x3) = *in; \
        in += in_step; \
        EU_DEPTHWISE_SLIDE_KEEP(in); \
        EU_DEPTHWISE_SLIDE_KEEP(weights); \
        acc0 += (x0) * w; \
        acc1 += (x1) * w; \
        acc2 += (x2) * w; \
        acc3 += (x3) * w; \
    } while (0)

#define EU_DEPTHWISE_SLIDE_OUT(acc) \
    do { \
        *out = eu_requantize_clamp(eu_requantize_short(acc, multiplier, high, shift), low, range); \
        out += out_step; \
    } while (0)

EU_DEPTHWISE_SLIDE_APART static void eu_depthwise_slide_fours(const int8_t *in, int8_t *out,
                                                              const eu_depthwise_slide_channel_t *p, int32_t rows)
{
    const int32_t in_step = p->in_step;
    const int32_t back = p->back;
    const int32_t bias = p->bias;
    const int32_t multiplier = p->multiplier;
    const int32_t shift = p->shift + 2;
    const int32_t high = 2 * p->high;
    const int32_t low = p->low;
    const int32_t range = p->range;
    const int32_t out_step = p->out_step;
    for (; rows >= 4; rows -= 4) {
        const int8_t *weights = p->weights;
        const int8_t *end = weights + p->taps;
        int32_t acc0 = bias, acc1 = bias, acc2 = bias, acc3 = bias;
        int32_t x0 = in[0], x1, x2, x3;
        in += in_step;
        x1 = *in;
        in += in_step;
        x2 = *in;
        in += in_step;
        EU_DEPTHWISE_SLIDE_KEEP(end);
        for (;;) {
            EU_DEPTHWISE_SLIDE_STEP(x0, x1, x2, x3);
            if (weights == end) {
                break;
            }
            EU_DEPTHWISE_SLIDE_STEP(x1, x2, x3, x0);
            if (weights == end) {
                break;
            }
            EU_DEPTHWISE_SLIDE_STEP(x2, x3, x0, x1);
            if (weights == end) {
                break;
            }
            EU_DEPTHWISE_SLIDE_STEP(x3, x0, x1, x2);
            if (weights == end) {
                break;
            }
        }
        in += back;
        EU_DEPTHWISE_SLIDE_OUT(acc0);
        EU_DEPTHWISE_SLIDE_OUT(acc1);
        EU_DEPTHWISE_SLIDE_OUT(acc2);
        EU_DEPTHWISE_SLIDE_OUT(acc3);
    }
}
#endif

/* One row at a time. */
EU_DEPTHWISE_SLIDE_APART static void eu_depthwise_slide_ones(const int8_t *in, int8_t *out,
                                                             const eu_depthwise_slide_channel_t *p, int32_t rows)
{
    for (; rows > 0; rows--) {
        const int8_t *x = in;
        int32_t acc = p->bias;
        for (int32_t t = 0; t < p->taps; t++) {
            acc += *x * p->weights[t];
            x += p->in_step;
        }
        in += p->in_step;
        acc = eu_requantize_short(acc, p->multiplier, 2 * p->high, p->shift + 2);
        *out = eu_requantize_clamp(acc, p->low, p->range);
        out += p->out_step;
    }
}

static void eu_depthwise_slide(const int8_t *in, int8_t *out, const eu_depthwise_slide_t *p)
{
    eu_depthwise_slide_channel_t channel;
    channel.in_step = p->in_step;
    channel.taps = p->taps;
    channel.back = (1 - p->taps) * p->in_step;
    channel.low = p->low;
    channel.range = p->range;
    channel.out_step = p->out_step;
    for (int32_t done = 0; done < p->rows; done += p->block) {
        const int8_t *x = in;
        int32_t left = p->repeat;
        channel.weights = p->weights;
        for (int32_t n = 0; n < p->outputs; n++) {
            const int32_t rows = p->rows - done < p->block ? p->rows - done : p->block;
            channel.bias = p->bias[n];
            channel.multiplier = p->multiplier[n];
            channel.shift = p->shift[n] - 2;
            channel.high = eu_requantize_high(p->above, p->shift[n] - 1);
            if (rows >= 4) {
                eu_depthwise_slide_fours(x, out + n, &channel, rows & ~3);
            }
            if ((rows & 3) != 0) {
                const int32_t whole = rows & ~3;
                eu_depthwise_slide_ones(x + whole * p->in_step, out + n + whole * p->out_step, &channel, rows & 3);
            }
            channel.weights += p->taps;
            if (--left == 0) {
                left = p->repeat;
                x++;
            }
        }
        in += p->block * p->in_step;
        out += p->block * p->out_step;
    }
}
