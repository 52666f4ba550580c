/* tiny_stream: kernels, arguments and the network itself.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  portable, for any C99 compiler
 * command  edgeunet export-c --kernels portable --mode stream
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#include "tiny_stream.h"

#include <stddef.h>
#include <string.h>

#if TINY_STREAM_DIGEST != 0xCAD01EBAUL
#error "this file and tiny_stream.h come from different runs of edgeunet export-c; use files of one run"
#endif

/* Makes rows outside the signal read as padding: row r of out has index first + r; those below begin or not below end become
 * value. Runs only while a stream starts or ends. */
#if defined(__GNUC__)
#define EU_APART __attribute__((noinline)) /* many callers, no hurry: one copy */
#else
#define EU_APART
#endif
EU_APART static void eu_edge(int8_t *out, int32_t rows, int32_t pitch, int32_t bytes, int32_t value, int32_t first,
                             int32_t begin, int32_t end)
{
    for (int32_t r = 0; r < rows; r++) {
        if (first + r < begin || first + r >= end) {
            memset(out + r * pitch, value, (size_t)bytes);
        }
    }
}

/* Scales an accumulator as eu_requantize does, with all that is added in one place, and counts the result from `low`: for a shift
 * e = -shift in 2 .. 14, and |acc| < 2^23, which is proven per channel.
 *
 *     y = (acc * multiplier + 2^30 >> 31) - [acc < 0] + high >> e,    high = above * 2^(e-1), above = 2 * (zero_point - low) + 1
 *
 * The second rounding asks for the sign of the first result, not of acc: the two differ where that is 0 and acc is not, and then y is
 * the same for both signs, as e > 1. The first is the high word of 2 * acc * multiplier and the bit below it. Assembly makes one sum of
 * both roundings: what is added to the first result is whole, and floors of floors are one, so
 *
 *     y = acc * multiplier + 2^30 - 2^31 * [acc < 0] + 2^31 * high >> 31 + e,
 *
 * where all terms but the product are a low word, 2^30 or 2^30 + 2^31, and a high one, high / 2 - [acc < 0]. */
#if defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__)
#define EU_REQUANTIZE_NARROW 1 /* no multiply with a result of 64 bits: it would be a call of the library's */
#else
#define EU_REQUANTIZE_NARROW 0
#endif

/* Cores whose assembly stands beside the C: Cortex-M3 and all above it, those that have 16-bit instructions alone, 32-bit RISC-V. */
#if defined(__GNUC__) && defined(__thumb__) && defined(__ARM_ARCH_PROFILE) && !defined(__ARM_BIG_ENDIAN)
#define EU_REQUANTIZE_THUMB_2 (__ARM_ARCH_PROFILE == 'M' && !EU_REQUANTIZE_NARROW)
#define EU_REQUANTIZE_THUMB_1 (__ARM_ARCH_PROFILE == 'M' && EU_REQUANTIZE_NARROW)
#else
#define EU_REQUANTIZE_THUMB_2 0
#define EU_REQUANTIZE_THUMB_1 0
#endif
#if defined(__GNUC__) && defined(__riscv_mul) && __riscv_xlen == 32 && !defined(__riscv_32e)
#define EU_REQUANTIZE_RV32 1
#else
#define EU_REQUANTIZE_RV32 0
#endif

static int32_t eu_requantize_high(int32_t above, int32_t shift)
{
    return above * ((int32_t)1 << (shift - 1));
}

#if EU_REQUANTIZE_NARROW
/* The multiplier eight bits at a time, the lowest first: no partial sum reaches 2^31, and what it loses by its shift is below every
 * other term, so that the floor is the same. */
static int32_t eu_requantize_short(int32_t acc, int32_t multiplier, int32_t high, int32_t shift)
{
    int32_t y = acc * (multiplier & 255) >> 8;
    y = (y + acc * (multiplier >> 8 & 255)) >> 8;
    y = (y + acc * (multiplier >> 16 & 255)) >> 8;
    y += acc * (multiplier >> 24) + high * 128 + 64 - (acc < 0 ? 128 : 0);
    return y >> 7 >> shift;
}
#else
static int32_t eu_requantize_short(int32_t acc, int32_t multiplier, int32_t high, int32_t shift)
{
    const int64_t product = (int64_t)(2 * acc) * multiplier;
    const int32_t bit = (int32_t)((uint32_t)product >> 31);
    return ((int32_t)(product >> 32) + bit - (acc < 0 ? 1 : 0) + high) >> shift;
}
#endif

/* The int8 of a result counted from low: the clamp is low .. low + range. */
static int8_t eu_requantize_clamp(int32_t y, int32_t low, int32_t range)
{
    if ((uint32_t)y > (uint32_t)range) {
        y = y < 0 ? 0 : range;
    }
    return (int8_t)(y + low);
}

/* What convolutions over one signal or two share: two rows of four output channels at a time, so that each input is loaded once for
 * four products and each weight once for two.
 *
 *     acc[r][n] = bias[n] + sum over the windows of all signals at row r (a row of the first serves `repeat` of them)
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * |acc| < 2^23 is proven per channel. The numbers are offsets that assembly relies on. */
typedef struct {
    int32_t step; /* 0: bytes from row to row */
    int32_t
        runs; /* 4: runs of neighbouring bytes: its taps, or all of them as one where they follow each other without gaps */
    int32_t gap;    /* 8: bytes from the end of a run to the next */
    int32_t length; /* 12: bytes of a run */
    int32_t more;   /* 16: whether another signal follows */
} eu_dot_window_t;

typedef struct {
    const int8_t
        *weights; /* 0: of four outputs, per signal (runs, length, 4), then their e - 2; then what is left one by one */
    const int32_t
        *scaling;     /* 4: four biases (input zero point folded in), their multipliers; then what is left one by one */
    int32_t rows;     /* 8 */
    int32_t repeat;   /* 12 */
    int32_t out_step; /* 16 */
    int32_t outputs;  /* 20 */
    int32_t above;    /* 24: see eu_requantize_short.c */
    int32_t low;      /* 28 */
    int32_t range;    /* 32 */
    eu_dot_window_t window[2]; /* 36 */
} eu_dot_block_t;

#if defined(__GNUC__)
#define EU_DOT_APART __attribute__((noinline)) /* registers of its own; one copy for all callers */
#define EU_DOT_ORDER() __asm__ volatile("")    /* no load moves up past it: it would take a register that there is not */
#else
#define EU_DOT_APART
#define EU_DOT_ORDER() ((void)0)
#endif

#define EU_DOT_OUT(acc) eu_requantize_clamp(eu_requantize_short(acc, multiplier, high, shift), low, range)

/* What is left of four outputs, one by one; weights and scaling are behind those of the others. */
EU_DOT_APART static void eu_dot_left(const int8_t *a, const int8_t *b, int8_t *out, const eu_dot_block_t *p,
                                     const int8_t *weights)
{
    const int32_t low = p->low;
    const int32_t range = p->range;
    const int32_t *scaling = p->scaling + 2 * (p->outputs & ~3);
    for (int32_t n = p->outputs & ~3; n < p->outputs; n++) {
        int32_t acc = *scaling++;
        const int32_t multiplier = *scaling++;
        const eu_dot_window_t *v = p->window;
        for (const int8_t *in = a;; in = b, v++) {
            for (int32_t t = v->runs; t > 0; t--) {
                for (const int8_t *end = in + v->length; in != end;) {
                    acc += *in++ * *weights++;
                }
                in += v->gap;
            }
            if (v->more == 0) {
                break;
            }
        }
        const int32_t shift = *weights++ + 2;
        const int32_t high = eu_requantize_high(p->above, shift);
        out[n] = EU_DOT_OUT(acc);
    }
}

/* All outputs of two rows but what is left of four; returns the weights of that. both: -1, or 0 for one row, which is then done twice. */
#if EU_REQUANTIZE_THUMB_2
/* Registers of the sums: r0 r1 inputs of both rows, r2 weights, r3-r6 sums of the first, r7-r10 of the second, r11 r12 lr inputs and weight.
 * Of int8s: r0 output, r1 out_step, r2 shifts, r4 above, r5 low, r6 range, r7 multipliers, r9 outputs left.
 * Frame: 0 end of the run, 4 runs left, 8 window (the sums lie over these), 12 a, 16 b, 20 out, 24 p, 28 scaling, 32 end of the outputs,
 * 72 both. */
#define EU_DOT_TWO_STEP \
    "ldrsb r11, [r0], #1\n\tldrsb r12, [r1], #1\n\t" \
    "ldrsb lr, [r2], #1\n\tmla r3, lr, r11, r3\n\tmla r7, lr, r12, r7\n\tldrsb lr, [r2], #1\n\tmla r4, lr, r11, r4\n\tmla r8, lr, r12, r8\n\t" \
    "ldrsb lr, [r2], #1\n\tmla r5, lr, r11, r5\n\tmla r9, lr, r12, r9\n\tldrsb lr, [r2], #1\n\tmla r6, lr, r11, r6\n\tmla r10, lr, r12, r10\n"

/* The int8 of the sum in r3, counted from low, in r10; what range 255 allows is what USAT does. */
#define EU_DOT_TWO_OUT(cut) \
    "and r8, r3, #0x80000000\n\torr r8, r8, #0x40000000\n\tadd r10, r11, r3, asr #31\n\tsmlal r8, r10, r3, lr\n\t" \
    "asr r10, r10, r12\n\tusat r10, #8, r10, asr #1\n\t" cut "add r10, r5\n\t"
#define EU_DOT_TWO_CUT "cmp r10, r6\n\tit hi\n\tmovhi r10, r6\n\t"
#define EU_DOT_TWO_FOUR(label, cut) \
    label ":\n\tldrsb r12, [r2], #1\n\tldr lr, [r7], #4\n\tlsl r11, r4, r12\n\tldr r3, [sp, #16]\n\t" EU_DOT_TWO_OUT(cut) \
    "strb r10, [r0, r1]\n\tpop {r3}\n\t" EU_DOT_TWO_OUT(cut) "strb r10, [r0], #1\n\tsubs r9, #1\n\tbne " label "b\n\t"

__attribute__((naked, noinline)) static const int8_t *eu_dot_two(__attribute__((unused)) const int8_t *a,
                                                                 __attribute__((unused)) const int8_t *b,
                                                                 __attribute__((unused)) int8_t *out,
                                                                 __attribute__((unused)) const eu_dot_block_t *p,
                                                                 __attribute__((unused)) int32_t both)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {r4-r11, lr}\n\tsub sp, #8\n\tpush {r0-r3}\n\tsub sp, #12\n\tldr r12, [r3, #20]\n\tbic r12, r12, #3\n\tadd r12, r2\n\t"
            "str r12, [sp, #32]\n\tcmp r12, r2\n\tldr r2, [r3]\n\tldr r4, [r3, #4]\n\tstr r4, [sp, #28]\n\tbeq 9f\n"
            "1:\n\tldr r12, [sp, #28]\n\tldmia r12!, {r3-r6}\n\tstr r12, [sp, #28]\n\tldr r0, [sp, #12]\n\tldr lr, [sp, #24]\n\t"
            "ldr r12, [lr, #12]\n\tadd lr, lr, #36\n\tcmp r12, #1\n\tbgt 6f\n"
            "2:\n\tmov r7, r3\n\tmov r8, r4\n\tmov r9, r5\n\tmov r10, r6\n"
            "3:\n\tstr lr, [sp, #8]\n\tldr r12, [lr, #4]\n"
            /* the first turn begins with as many steps left out as the run is short of a multiple of four */
            "4:\n\tstr r12, [sp, #4]\n\tldr r1, [lr]\n\tldr r11, [sp, #72]\n\tldr r12, [lr, #12]\n\tand r1, r11\n\tadd r1, r0\n\tadd r11, r0, r12\n\tstr r11, [sp]\n\t"
            "rsb r12, r12, #0\n\tand r12, r12, #3\n\ttbb [pc, r12]\n"
            "10:\n\t.byte (20f - 10b) / 2, (21f - 10b) / 2, (22f - 10b) / 2, (23f - 10b) / 2\n"
            "20:\n\t" EU_DOT_TWO_STEP "21:\n\t" EU_DOT_TWO_STEP "22:\n\t" EU_DOT_TWO_STEP "23:\n\t" EU_DOT_TWO_STEP
            "\tldr r11, [sp]\n\tcmp r0, r11\n\tbne 20b\n\t"
            "ldr lr, [sp, #8]\n\tldr r12, [sp, #4]\n\tsubs r12, #1\n\tbeq 5f\n\tldr r11, [lr, #8]\n\tadd r0, r11\n\tb 4b\n"
            "5:\n\tldr r0, [lr, #16]\n\tcbz r0, 7f\n\tldr r0, [sp, #16]\n\tadd lr, lr, #20\n\tb 3b\n"
            /* a row of the first signal that serves both */
            "6:\n\tldr r12, [lr, #4]\n"
            "60:\n\tldr r11, [lr, #12]\n\tadd r11, r0\n"
            "61:\n\tldrsb r1, [r0], #1\n\tldrsb r7, [r2], #1\n\tldrsb r8, [r2], #1\n\tldrsb r9, [r2], #1\n\tldrsb r10, [r2], #1\n\t"
            "mla r3, r7, r1, r3\n\tmla r4, r8, r1, r4\n\tmla r5, r9, r1, r5\n\tmla r6, r10, r1, r6\n\tcmp r0, r11\n\tbne 61b\n\t"
            "ldr r1, [lr, #8]\n\tadd r0, r1\n\tsubs r12, #1\n\tbne 60b\n\tldr r0, [sp, #16]\n\tadd lr, lr, #20\n\tb 2b\n"
            "7:\n\tldr r1, [sp, #24]\n\tldr r0, [sp, #20]\n\tldr r12, [sp, #28]\n\tadd sp, #12\n\tpush {r3-r10}\n\tmov r7, r12\n\tadd r4, r1, #24\n\t"
            "ldmia r4, {r4-r6}\n\tldr r1, [r1, #16]\n\tldr r12, [sp, #92]\n\tand r1, r12\n\tmovs r9, #4\n\tcmp r6, #255\n\tbeq 80f\n"
            EU_DOT_TWO_FOUR("8", EU_DOT_TWO_CUT) "b 81f\n" EU_DOT_TWO_FOUR("80", "") "\n"
            "81:\n\tadd sp, #4\n\tstr r0, [sp, #20]\n\tstr r7, [sp, #28]\n\tldr r12, [sp, #32]\n\tcmp r0, r12\n\tbne 1b\n"
            "9:\n\tmov r0, r2\n\tadd sp, #36\n\tpop {r4-r11, pc}");
    /* clang-format on */
}
#elif EU_REQUANTIZE_THUMB_1
/* Registers of the sums: r0 inputs, r1 weights, r2-r5 0 to 3 (what LDRSB may add to an address is a register), r6 r7 an input and a weight,
 * r8-r11 sums, r12 end of the run. Of int8s: r0 output, r1 shifts, r2 multipliers, r8 above, r9 range, r10 low, r11 end of the four.
 * Frame: 0 a, 4 b, 8 out, 12 p, 16 scaling, 20 runs left, 24 window, 28 end of the outputs. */
#define EU_DOT_TWO_STEP(k) \
    "ldrsb r6, [r0, " k "]\n\t" \
    "ldrsb r7, [r1, r2]\n\tmuls r7, r6, r7\n\tadd r8, r7\n\tldrsb r7, [r1, r3]\n\tmuls r7, r6, r7\n\tadd r9, r7\n\t" \
    "ldrsb r7, [r1, r4]\n\tmuls r7, r6, r7\n\tadd r10, r7\n\tldrsb r7, [r1, r5]\n\tmuls r7, r6, r7\n\tadd r11, r7\n\tadds r1, #4\n\t"

__attribute__((naked, noinline)) static const int8_t *eu_dot_two(__attribute__((unused)) const int8_t *a,
                                                                 __attribute__((unused)) const int8_t *b,
                                                                 __attribute__((unused)) int8_t *out,
                                                                 __attribute__((unused)) const eu_dot_block_t *p,
                                                                 __attribute__((unused)) int32_t both)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {r4-r7, lr}\n\tmov r4, r8\n\tmov r5, r9\n\tmov r6, r10\n\tmov r7, r11\n\tpush {r4-r7}\n\tsub sp, #16\n\t"
            "push {r0-r3}\n\tldr r1, [r3]\n\tldr r4, [r3, #4]\n\tstr r4, [sp, #16]\n\tldr r5, [r3, #20]\n\tlsrs r5, #2\n\tlsls r5, #2\n\t"
            "adds r5, r2\n\tstr r5, [sp, #28]\n\tb 9f\n"
            "1:\n\tldr r7, [sp, #16]\n\tldmia r7!, {r2-r5}\n\tstr r7, [sp, #16]\n\tmov r8, r2\n\tmov r9, r3\n\tmov r10, r4\n\tmov r11, r5\n\t"
            "ldr r0, [sp]\n\tldr r6, [sp, #12]\n\tadds r6, #36\n\tmovs r2, #0\n\tmovs r3, #1\n\tmovs r4, #2\n\tmovs r5, #3\n"
            "2:\n\tstr r6, [sp, #24]\n\tldr r7, [r6, #4]\n"
            /* the first turn begins with as many steps left out as the run is short of a multiple of four */
            "3:\n\tstr r7, [sp, #20]\n\tldr r7, [r6, #12]\n\tadds r6, r0, r7\n\tmov r12, r6\n\trsbs r7, r7, #0\n\tands r7, r5\n\t"
            "subs r0, r7\n\tmovs r6, #28\n\tmuls r7, r6, r7\n\tadd pc, r7\n\tnop\n"
            "4:\n\t" EU_DOT_TWO_STEP("r2") EU_DOT_TWO_STEP("r3") EU_DOT_TWO_STEP("r4") EU_DOT_TWO_STEP("r5")
            "adds r0, #4\n\tcmp r0, r12\n\tbne 4b\n\t"
            "ldr r6, [sp, #24]\n\tldr r7, [sp, #20]\n\tsubs r7, #1\n\tbeq 5f\n\tldr r2, [r6, #8]\n\tadds r0, r2\n\tmovs r2, #0\n\tb 3b\n"
            "5:\n\tldr r7, [r6, #16]\n\tcmp r7, #0\n\tbeq 6f\n\tldr r0, [sp, #4]\n\tadds r6, #20\n\tb 2b\n"
            "6:\n\tldr r3, [sp, #12]\n\tldr r0, [sp, #8]\n\tldr r2, [sp, #16]\n\tmov r4, r8\n\tmov r5, r9\n\tmov r6, r10\n\tmov r7, r11\n\t"
            "push {r4-r7}\n\tldr r4, [r3, #24]\n\tmov r8, r4\n\tldr r4, [r3, #28]\n\tmov r10, r4\n\tldr r4, [r3, #32]\n\tmov r9, r4\n\t"
            "adds r4, r0, #4\n\tmov r11, r4\n"
            /* acc * multiplier >> 24 */
            "7:\n\tpop {r3}\n\tldrb r4, [r2]\n\tmuls r4, r3, r4\n\tasrs r4, #8\n\t"
            "ldrb r5, [r2, #1]\n\tmuls r5, r3, r5\n\tadds r4, r5\n\tasrs r4, #8\n\t"
            "ldrb r5, [r2, #2]\n\tmuls r5, r3, r5\n\tadds r4, r5\n\tasrs r4, #8\n\t"
            "ldrb r5, [r2, #3]\n\tmuls r5, r3, r5\n\tadds r4, r5\n\tadds r2, #4\n\t"
            /* - 128 * [acc < 0] + 256 * high + 64, then the shift */
            "asrs r3, #31\n\tlsls r3, #7\n\tadds r4, r3\n\tldrb r5, [r1]\n\tadds r1, #1\n\tadds r5, #8\n\t"
            "mov r3, r8\n\tlsls r3, r5\n\tadds r3, #64\n\tadds r4, r3\n\tasrs r4, r5\n\tasrs r4, #1\n\t"
            "cmp r4, r9\n\tbls 8f\n\tasrs r4, #31\n\tmov r3, r9\n\tbics r3, r4\n\tmov r4, r3\n"
            "8:\n\tadd r4, r10\n\tstrb r4, [r0]\n\tadds r0, #1\n\tcmp r0, r11\n\tbne 7b\n\t"
            "str r0, [sp, #8]\n\tstr r2, [sp, #16]\n"
            "9:\n\tldr r2, [sp, #8]\n\tldr r3, [sp, #28]\n\tcmp r2, r3\n\tbeq 10f\n\tb 1b\n"
            "10:\n\tmovs r0, r1\n\tadd sp, #32\n\tpop {r4-r7}\n\tmov r8, r4\n\tmov r9, r5\n\tmov r10, r6\n\tmov r11, r7\n\tpop {r4-r7, pc}");
    /* clang-format on */
}
#elif EU_REQUANTIZE_RV32
/* Registers: a0 weights, a2 out, a3 p, a4 both, s0 a, s1 b, s2 scaling, s3 window, s10 end of the outputs. Of the sums: a5 a6 inputs of both
 * rows, t0-t3 sums of the first, t4-t6 a7 of the second, s4 runs left, s5 end of the run, s6 s7 inputs, s8 s11 weights, s9 a1 products.
 * Of int8s: s5 output of the second row, s6 multiplier, s7 shift, s8 high, s11 above, a5 low, a6 range. */
#define EU_DOT_TWO_PRODUCTS(weight, first, second) \
    "mul s9, s6, " weight "\n\tmul a1, s7, " weight "\n\tadd " first ", " first ", s9\n\tadd " second ", " second ", a1\n\t"
#define EU_DOT_TWO_STEP(k, w0, w1, w2, w3) \
    "lb s6, " k "(a5)\n\tlb s7, " k "(a6)\n\tlb s8, " w0 "(a0)\n\tlb s11, " w1 "(a0)\n\t" EU_DOT_TWO_PRODUCTS("s8", "t0", "t4") \
    "lb s8, " w2 "(a0)\n\t" EU_DOT_TWO_PRODUCTS("s11", "t1", "t5") "lb s11, " w3 "(a0)\n\t" EU_DOT_TWO_PRODUCTS("s8", "t2", "t6") \
    EU_DOT_TWO_PRODUCTS("s11", "t3", "a7")

#define EU_DOT_TWO_OUT(acc, to) \
    "slli s9, " acc ", 1\n\tmulh a1, s9, s6\n\tmul s9, s9, s6\n\tsrai " acc ", " acc ", 31\n\tadd a1, a1, " acc "\n\tadd a1, a1, s8\n\t" \
    "srli s9, s9, 31\n\tadd a1, a1, s9\n\tsra a1, a1, s7\n\tbgeu a6, a1, 1f\n\tsrai s9, a1, 31\n\tnot s9, s9\n\tand a1, a6, s9\n" \
    "1:\n\tadd a1, a1, a5\n\tsb a1, " to "\n\t"
__attribute__((naked, noinline)) static const int8_t *eu_dot_two(__attribute__((unused)) const int8_t *a,
                                                                 __attribute__((unused)) const int8_t *b,
                                                                 __attribute__((unused)) int8_t *out,
                                                                 __attribute__((unused)) const eu_dot_block_t *p,
                                                                 __attribute__((unused)) int32_t both)
{
    /* clang-format off */
    __asm__("addi sp, sp, -48\n\tsw s0, 0(sp)\n\tsw s1, 4(sp)\n\tsw s2, 8(sp)\n\tsw s3, 12(sp)\n\tsw s4, 16(sp)\n\tsw s5, 20(sp)\n\t"
            "sw s6, 24(sp)\n\tsw s7, 28(sp)\n\tsw s8, 32(sp)\n\tsw s9, 36(sp)\n\tsw s10, 40(sp)\n\tsw s11, 44(sp)\n\t"
            "mv s0, a0\n\tmv s1, a1\n\tlw a0, 0(a3)\n\tlw s2, 4(a3)\n\tlw s10, 20(a3)\n\tandi s10, s10, -4\n\tadd s10, s10, a2\n\tj 9f\n"
            "2:\n\tlw t0, 0(s2)\n\tlw t1, 4(s2)\n\tlw t2, 8(s2)\n\tlw t3, 12(s2)\n\tlw s9, 12(a3)\n\taddi s3, a3, 36\n\tmv a5, s0\n\t"
            "addi s9, s9, -1\n\tbgtz s9, 6f\n"
            "3:\n\tmv t4, t0\n\tmv t5, t1\n\tmv t6, t2\n\tmv a7, t3\n"
            "4:\n\tlw s4, 4(s3)\n"
            "5:\n\tlw s9, 0(s3)\n\tand s9, s9, a4\n\tadd a6, a5, s9\n\tlw s9, 12(s3)\n\tadd s5, a5, s9\n\tneg s9, s9\n\tandi s9, s9, 3\n\tbnez s9, 30f\n"
            "20:\n\t" EU_DOT_TWO_STEP("0", "0", "1", "2", "3") "\n21:\n\t" EU_DOT_TWO_STEP("1", "4", "5", "6", "7")
            "\n22:\n\t" EU_DOT_TWO_STEP("2", "8", "9", "10", "11") "\n23:\n\t" EU_DOT_TWO_STEP("3", "12", "13", "14", "15")
            "addi a5, a5, 4\n\taddi a6, a6, 4\n\taddi a0, a0, 16\n\tbne a5, s5, 20b\n\t"
            "addi s4, s4, -1\n\tbeqz s4, 24f\n\tlw s9, 8(s3)\n\tadd a5, a5, s9\n\tj 5b\n"
            "24:\n\tlw s9, 16(s3)\n\tbeqz s9, 7f\n\tmv a5, s1\n\taddi s3, s3, 20\n\tj 4b\n"
            /* the first turn begins with as many steps left out as the run is short of a multiple of four */
            "30:\n\tsub a5, a5, s9\n\tsub a6, a6, s9\n\tslli a1, s9, 2\n\tsub a0, a0, a1\n\taddi s9, s9, -2\n\tbltz s9, 21b\n\tbeqz s9, 22b\n\tj 23b\n"
            /* a row of the first signal that serves both */
            "6:\n\tlw s4, 4(s3)\n"
            "60:\n\tlw s9, 12(s3)\n\tadd s5, a5, s9\n"
            "61:\n\tlb s6, 0(a5)\n\tlb s7, 0(a0)\n\tlb s8, 1(a0)\n\tlb s9, 2(a0)\n\tlb s11, 3(a0)\n\taddi a5, a5, 1\n\taddi a0, a0, 4\n\t"
            "mul s7, s7, s6\n\tmul s8, s8, s6\n\tmul s9, s9, s6\n\tmul s11, s11, s6\n\t"
            "add t0, t0, s7\n\tadd t1, t1, s8\n\tadd t2, t2, s9\n\tadd t3, t3, s11\n\tbne a5, s5, 61b\n\t"
            "lw s9, 8(s3)\n\tadd a5, a5, s9\n\taddi s4, s4, -1\n\tbnez s4, 60b\n\tmv a5, s1\n\taddi s3, s3, 20\n\tj 3b\n"
            "7:\n\tlw s5, 16(a3)\n\tlw s11, 24(a3)\n\tlw a5, 28(a3)\n\tlw a6, 32(a3)\n\tand s5, s5, a4\n\tadd s5, s5, a2\n\t"
            "addi s3, a0, 4\n"
            "8:\n\tlb s7, 0(a0)\n\tlw s6, 16(s2)\n\taddi a0, a0, 1\n\taddi s2, s2, 4\n\taddi s8, s7, 1\n\tsll s8, s11, s8\n\taddi s7, s7, 2\n\t"
            EU_DOT_TWO_OUT("t4", "0(s5)") EU_DOT_TWO_OUT("t0", "0(a2)") "addi s5, s5, 1\n\taddi a2, a2, 1\n\t"
            "mv t0, t1\n\tmv t1, t2\n\tmv t2, t3\n\tmv t4, t5\n\tmv t5, t6\n\tmv t6, a7\n\tbne a0, s3, 8b\n\taddi s2, s2, 16\n"
            "9:\n\tbne a2, s10, 2b\n\t"
            "lw s0, 0(sp)\n\tlw s1, 4(sp)\n\tlw s2, 8(sp)\n\tlw s3, 12(sp)\n\tlw s4, 16(sp)\n\tlw s5, 20(sp)\n\tlw s6, 24(sp)\n\tlw s7, 28(sp)\n\t"
            "lw s8, 32(sp)\n\tlw s9, 36(sp)\n\tlw s10, 40(sp)\n\tlw s11, 44(sp)\n\taddi sp, sp, 48\n\tret");
    /* clang-format on */
}
#else
/* Four outputs of a row: a0 ... += in[k] * their weights. */
#define EU_DOT_QUAD_STEP(k) \
    do { \
        const int32_t x = in[k]; \
        a0 += x * weights[4 * (k)]; \
        a1 += x * weights[4 * (k) + 1]; \
        a2 += x * weights[4 * (k) + 2]; \
        a3 += x * weights[4 * (k) + 3]; \
        EU_DOT_ORDER(); \
    } while (0)

/* The same of two rows. */
#define EU_DOT_BLOCK_STEP(k) \
    do { \
        const int32_t x = in[k]; \
        const int32_t y = second[k]; \
        int32_t w = weights[4 * (k)]; \
        a0 += x * w; \
        b0 += y * w; \
        w = weights[4 * (k) + 1]; \
        a1 += x * w; \
        b1 += y * w; \
        w = weights[4 * (k) + 2]; \
        a2 += x * w; \
        b2 += y * w; \
        w = weights[4 * (k) + 3]; \
        a3 += x * w; \
        b3 += y * w; \
        EU_DOT_ORDER(); \
    } while (0)

EU_DOT_APART static const int8_t *eu_dot_two(const int8_t *a, const int8_t *b, int8_t *out, const eu_dot_block_t *p,
                                             int32_t both)
{
    const int8_t *weights = p->weights;
    const int32_t above = p->above;
    const int32_t low = p->low;
    const int32_t range = p->range;
    const int32_t out_step = p->out_step & both;
    const int32_t *scaling = p->scaling;
    for (const int8_t *const last = out + (p->outputs & ~3); out != last;) {
        int32_t a0 = scaling[0], a1 = scaling[1], a2 = scaling[2], a3 = scaling[3];
        int32_t b0, b1, b2, b3;
        const eu_dot_window_t *v = p->window;
        const int8_t *in = a;
        if (p->repeat > 1) {
            for (int32_t t = v->runs; t > 0; t--) {
                for (const int8_t *end = in + v->length; in != end; in++) {
                    EU_DOT_QUAD_STEP(0);
                    weights += 4;
                }
                in += v->gap;
            }
            in = b;
            v++;
        }
        b0 = a0;
        b1 = a1;
        b2 = a2;
        b3 = a3;
        for (;; in = b, v++) {
            for (int32_t t = v->runs; t > 0; t--) {
                const int8_t *second = in + (v->step & both);
                const int8_t *end = in + (v->length & ~3);
                for (; in != end; in += 4) {
                    EU_DOT_BLOCK_STEP(0);
                    EU_DOT_BLOCK_STEP(1);
                    EU_DOT_BLOCK_STEP(2);
                    EU_DOT_BLOCK_STEP(3);
                    second += 4;
                    weights += 16;
                }
                for (end += v->length & 3; in != end; in++) {
                    EU_DOT_BLOCK_STEP(0);
                    second++;
                    weights += 4;
                }
                in += v->gap;
            }
            if (v->more == 0) {
                break;
            }
        }
        scaling += 4;
        for (int32_t i = 0; i < 4; i++) {
            const int32_t multiplier = *scaling++;
            const int32_t shift = *weights++ + 2;
            const int32_t high = eu_requantize_high(above, shift);
            out[out_step] = EU_DOT_OUT(b0);
            *out++ = EU_DOT_OUT(a0);
            a0 = a1;
            a1 = a2;
            a2 = a3;
            b0 = b1;
            b1 = b2;
            b2 = b3;
        }
    }
    return weights;
}
#endif

/* All rows, in pairs that read the same row of the first signal where that is repeated. Little is kept from turn to turn: it is stack. */
static void eu_dot_pairs(const int8_t *a, const int8_t *b, int8_t *out, const eu_dot_block_t *p)
{
    int32_t left = p->repeat; /* rows until a repeated row is followed by the next */
    for (int32_t r = p->rows; r > 0;) {
        int32_t both = !EU_REQUANTIZE_THUMB_1 && (p->repeat > 1 ? left : r) > 1 ? -1 : 0;
        const int8_t *weights = eu_dot_two(a, b, out, p, both);
        for (; both <= 0; both++, r--) {
            if ((p->outputs & 3) != 0) {
                eu_dot_left(a, b, out, p, weights);
            }
            if (--left <= 0) {
                a += p->window[0].step;
                left = p->repeat;
            }
            b += p->window[p->window[0].more].step;
            out += p->out_step;
        }
    }
}

/* Convolution over time, valid rows only, two rows of four output channels at a time (eu_dot_block.c).
 *
 *     acc[r][n] = bias[n] + sum over t < runs, k < length of in[r * step + t * run_step + k] * weights[n][t][k]
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * |acc| < 2^23 is proven per channel. Both rows are read before they are written. Source of the arithmetic: TFLite
 * reference_integer_ops::ConvPerChannel and FullyConnected. */
static void eu_conv_block(const int8_t *in, int8_t *out, const eu_dot_block_t *p)
{
    eu_dot_pairs(in, in, out, p);
}

/* Maximum over two or three neighbouring rows, not clamped: out[r][c] = max over t < kernel of in[r * in_step + t * pitch + c].
 *
 * Rows outside the signal hold -128. Source: TFLite reference_integer_ops::MaxPool. */
typedef struct {
    int32_t rows;
    int32_t in_step; /* stride * pitch */
    int32_t pitch;
    int32_t last; /* (kernel - 1) * pitch: of two rows, the second is read twice */
    int32_t out_step;
    int32_t channels;
} eu_max_pool_near_t;

static void eu_max_pool_near(const int8_t *in, int8_t *out, const eu_max_pool_near_t *p)
{
    const int32_t pitch = p->pitch;
    const int32_t last = p->last;
    for (int32_t r = 0; r < p->rows; r++) {
        const int8_t *x = in;
        int8_t *to = out;
        const int8_t *end = in + p->channels;
        do {
            int32_t best = x[pitch] > x[0] ? x[pitch] : x[0];
            best = x[last] > best ? x[last] : best;
            *to++ = (int8_t)best;
            x++;
        } while (x != end);
        in += p->in_step;
        out += p->out_step;
    }
}

/* Sum or difference of two int8 signals as one straight line each, which gives TFLite's result for every pair of operands: proven by
 * trying all 65,536 (edgeunet/kernels/exact/straight_add.py), as is that no partial sum leaves int32.
 *
 *     out = clamp(a * a_slope + b * b_slope + offset >> 20) within the int8 range
 *
 * out may be either operand. Source: TFLite reference_integer_ops::Add and reference_ops::Sub. */
typedef struct {
    int32_t rows;
    int32_t channels;
    int32_t a_pitch;
    int32_t b_pitch;
    int32_t out_pitch;
    int32_t a_slope;
    int32_t b_slope;
    int32_t offset;
} eu_add_line_t;

static void eu_add_line(const int8_t *a, const int8_t *b, int8_t *out, const eu_add_line_t *p)
{
    const int32_t a_slope = p->a_slope;
    const int32_t b_slope = p->b_slope;
    const int32_t offset = p->offset;
    for (int32_t r = 0; r < p->rows; r++) {
        const int8_t *x = a;
        const int8_t *y = b;
        int8_t *to = out;
        const int8_t *end = a + p->channels;
        do {
            const int32_t sum = (*x++ * a_slope + *y++ * b_slope + offset) >> 20;
            *to++ = (int8_t)(sum < -128 ? -128 : sum > 127 ? 127 : sum);
        } while (x != end);
        a += p->a_pitch;
        b += p->b_pitch;
        out += p->out_pitch;
    }
}

#include "tiny_stream_weights.h"

static const eu_dot_block_t tiny_stream_01 = {
    .weights = tiny_stream_01_weights,
    .scaling = tiny_stream_01_scaling,
    .rows = 2,
    .repeat = 1,
    .out_step = 3,
    .outputs = 3,
    .above = 1,
    .low = -128,
    .range = 255,
    .window = {{.step = 1, .runs = 1, .gap = 0, .length = 3, .more = 0}},
};

static const eu_max_pool_near_t tiny_stream_02 = {
    .rows = 1,
    .in_step = 6,
    .pitch = 3,
    .last = 3,
    .out_step = 3,
    .channels = 3,
};

static const eu_dot_block_t tiny_stream_03 = {
    .weights = tiny_stream_03_weights,
    .scaling = tiny_stream_03_scaling,
    .rows = 1,
    .repeat = 1,
    .out_step = 3,
    .outputs = 3,
    .above = 1,
    .low = -128,
    .range = 255,
    .window = {{.step = 3, .runs = 1, .gap = 0, .length = 9, .more = 0}},
};

static const eu_dot_block_t tiny_stream_04 = {
    .weights = tiny_stream_04_weights,
    .scaling = tiny_stream_04_scaling,
    .rows = 1,
    .repeat = 1,
    .out_step = 6,
    .outputs = 6,
    .above = 235,
    .low = -128,
    .range = 255,
    .window = {{.step = 3, .runs = 1, .gap = 0, .length = 3, .more = 0}},
};

static const eu_add_line_t tiny_stream_05 = {
    .rows = 1,
    .channels = 6,
    .a_pitch = 3,
    .b_pitch = 3,
    .out_pitch = 3,
    .a_slope = 570350,
    .b_slope = 570350,
    .offset = 72463521,
};

static const eu_dot_block_t tiny_stream_06 = {
    .weights = tiny_stream_06_weights,
    .scaling = tiny_stream_06_scaling,
    .rows = 2,
    .repeat = 1,
    .out_step = 2,
    .outputs = 2,
    .above = 1,
    .low = -128,
    .range = 255,
    .window = {{.step = 3, .runs = 1, .gap = 0, .length = 3, .more = 0}},
};

#ifdef TINY_STREAM_TRACE
void tiny_stream_trace(int32_t layer);
#define TINY_STREAM_LAYER(index) tiny_stream_trace(index)
#else
#define TINY_STREAM_LAYER(index) ((void)0)
#endif

typedef char tiny_stream_arena_fits[sizeof((((tiny_stream_state_t *)0)->arena)) >= TINY_STREAM_ARENA_BYTES ? 1 : -1];

#define TINY_STREAM_RUNNING 16777216 /* input rows left while there is no end */
#define TINY_STREAM_SETTLING 4 /* hops after which nothing remembers the start */

void tiny_stream_reset(tiny_stream_state_t *state)
{
    memset(state->arena, 0, sizeof state->arena);
    state->hops = 0;
    state->left = TINY_STREAM_RUNNING;
}

/* One hop, of which the first rows are there. Indices are counted from this hop's first input row. */
static int32_t tiny_stream_hop(tiny_stream_state_t *state, const int8_t *input, int32_t rows, int8_t *output)
{
    int8_t *const a = (int8_t *)state->arena;
    const int32_t edge = state->hops < TINY_STREAM_SETTLING || state->left != TINY_STREAM_RUNNING;
    int32_t ready = 0;
    (void)edge;

    /*  0 input: INPUT -> 2 x 1 */
    TINY_STREAM_LAYER(0);
    memcpy(a + 15, input, (size_t)(rows));
    /*  1 tensor_1: CONV_2D -> 2 x 3, 18 MACs */
    TINY_STREAM_LAYER(1);
    if (edge) {
        eu_edge(a + 12, 4, 1, 1, -51, -3, -state->hops * 2, state->left);
    }
    eu_conv_block(a + 12, a + 6, &tiny_stream_01);
    memmove(a + 12, a + 14, 3);
    /*  2 tensor_4: MAX_POOL_2D -> 1 x 3 */
    TINY_STREAM_LAYER(2);
    eu_max_pool_near(a + 6, a + 26, &tiny_stream_02);
    /*  3 tensor_5: CONV_2D -> 1 x 3, 27 MACs */
    TINY_STREAM_LAYER(3);
    if (edge) {
        eu_edge(a + 20, 3, 3, 3, -128, -3, -state->hops, state->left / 2);
    }
    eu_conv_block(a + 20, a + 16, &tiny_stream_03);
    memmove(a + 20, a + 23, 6);
    /*  4 tensor_10: TRANSPOSE_CONV -> 1 x 6, 18 MACs */
    TINY_STREAM_LAYER(4);
    eu_conv_block(a + 16, a + 28, &tiny_stream_04);
    /*  5 tensor_11: ADD -> 2 x 3 */
    TINY_STREAM_LAYER(5);
    eu_add_line(a + 28, a, a + 28, &tiny_stream_05);
    memmove(a, a + 6, 6);
    /*  6 tensor_12: CONV_2D -> 2 x 2, 12 MACs */
    TINY_STREAM_LAYER(6);
    eu_conv_block(a + 28, a + 8, &tiny_stream_06);
    /*  7 output: OUTPUT -> 2 x 2 */
    TINY_STREAM_LAYER(7);
    {
        const int32_t first = -state->hops * 2 + 4 < 0 ? 0 : -state->hops * 2 + 4;
        const int32_t last = state->left + 4 < 2 ? state->left + 4 : 2;
        ready = last > first ? last - first : 0;
        if (ready > 0) {
            memcpy(output, a + 8 + first * 2, (size_t)ready * 2);
        }
    }
    TINY_STREAM_LAYER(TINY_STREAM_LAYERS);
    state->hops += state->hops < TINY_STREAM_SETTLING ? 1 : 0;
    state->left -= state->left == TINY_STREAM_RUNNING ? 0 : TINY_STREAM_HOP;
    return ready;
}

int32_t tiny_stream_push(tiny_stream_state_t *state, const int8_t *input, int8_t *output)
{
    return tiny_stream_hop(state, input, TINY_STREAM_HOP, output);
}

int32_t tiny_stream_flush(tiny_stream_state_t *state, const int8_t *input, int32_t rows, int8_t *output)
{
    int32_t ready = 0;
    if (rows < 0 || rows >= TINY_STREAM_HOP || rows % TINY_STREAM_STRIDE != 0 || (rows != 0 && input == NULL)) {
        return -1;
    }
    if (input == NULL) {
        input = (const int8_t *)state->arena; /* an address, of which nothing is read: C counts from NULL no bytes, not even 0 */
    }
    if (state->left == TINY_STREAM_RUNNING) {
        state->left = rows;
    } else {
        rows = 0;
    }
    while (ready == 0 && state->left + 4 > 0) {
        ready = tiny_stream_hop(state, input, rows, output);
        rows = 0;
    }
    return ready;
}

void tiny_stream_run(tiny_stream_state_t *state, const int8_t *input, int8_t *output)
{
    int32_t ready;
    tiny_stream_reset(state);
    for (int32_t i = 0; i < TINY_STREAM_INPUT_ROWS / TINY_STREAM_HOP; i++) {
        output += tiny_stream_push(state, input, output) * 2;
        input += TINY_STREAM_HOP * 1;
    }
    ready = tiny_stream_flush(state, input, TINY_STREAM_INPUT_ROWS % TINY_STREAM_HOP, output);
    while (ready > 0) {
        output += ready * 2;
        ready = tiny_stream_flush(state, input, 0, output);
    }
}
