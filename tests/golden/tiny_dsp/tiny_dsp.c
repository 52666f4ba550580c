/* tiny_dsp: kernels, arguments and the network itself.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  dsp, for Cortex-M4, M7, M33 (DSP extension)
 * command  edgeunet export-c --kernels dsp --mode window
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#include "tiny_dsp.h"

#include <stddef.h>
#include <string.h>

#if TINY_DSP_DIGEST != 0x17626933UL
#error "this file and tiny_dsp.h come from different runs of edgeunet export-c; use files of one run"
#endif

#ifndef __ARM_FEATURE_DSP
#error "dsp kernels are for Cortex-M4, M7, M33 (DSP extension): set -mcpu to one of these, or export with --kernels portable"
#endif

#if defined(__ARM_BIG_ENDIAN) || (defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
#error "these kernels take four bytes for a word, lowest first: compile with -mlittle-endian, or export with --kernels portable"
#endif

/* Copies outer blocks of rows runs of bytes. in and out do not overlap. */
typedef struct {
    int32_t outer;
    int32_t rows;
    int32_t bytes;
    int32_t in_pitch; /* bytes between runs */
    int32_t in_jump;  /* bytes between blocks */
    int32_t out_pitch;
    int32_t out_jump;
} eu_copy_t;

static void eu_copy(const int8_t *in, int8_t *out, const eu_copy_t *p)
{
    for (int32_t i = 0; i < p->outer; i++) {
        const int8_t *from = in + i * p->in_jump;
        int8_t *to = out + i * p->out_jump;
        for (int32_t r = 0; r < p->rows; r++) {
            memcpy(to, from, (size_t)p->bytes);
            from += p->in_pitch;
            to += p->out_pitch;
        }
    }
}

/* Sets rows of bytes to a value: the padding around a signal, or a whole signal. */
static void eu_fill(int8_t *out, int32_t rows, int32_t pitch, int32_t bytes, int32_t value)
{
    for (int32_t r = 0; r < rows; r++) {
        memset(out, value, (size_t)bytes);
        out += pitch;
    }
}

/* What the quad kernels share (Cortex-M4/M7/M33): four output channels of one row at a time, their weights widened to 16
 * bits once per call, the inputs widened as they are read.
 *
 * Weights of a quad lie in groups of four inputs. Widening turns the four words of a group (word n: inputs k .. k + 3 of
 * channel n) into eight: inputs (k, k + 2) of channels 0 .. 3, then inputs (k + 1, k + 3) of channels 0 .. 3, the order in
 * which SXTB16 splits a word of inputs. Each SMLAD then adds two products to one accumulator:
 *
 *     acc[n] += x[k] * w[n][k] + x[k + 2] * w[n][k + 2]
 *
 * 12.5 instructions per 16 products (8 SMLAD, 2 SXTB16, 2.5 loads); the multiplies alone would be 8.
 * Registers: r0 inputs, r1 weights, r2 r3 inputs as read, r4-r7 weights, r8-r11 accumulators, r12 inputs widened, lr output. */
#define EU_NAKED __attribute__((naked, noinline))
#define EU_UNUSED __attribute__((unused))

#define EU_QUADS_STEP(word) \
    "ldmia r1!, {r4-r7}\n\tsxtb16 r12, " word "\n\t" \
    "smlad r8, r12, r4, r8\n\tsmlad r9, r12, r5, r9\n\t" \
    "smlad r10, r12, r6, r10\n\tsmlad r11, r12, r7, r11\n\t" \
    "ldmia r1!, {r4-r7}\n\tsxtb16 r12, " word ", ror #8\n\t" \
    "smlad r8, r12, r4, r8\n\tsmlad r9, r12, r5, r9\n\t" \
    "smlad r10, r12, r6, r10\n\tsmlad r11, r12, r7, r11\n\t"

/* Eight inputs. */
#define EU_QUADS_UNIT(label) label ":\n\tldmia r0!, {r2, r3}\n\t" EU_QUADS_STEP("r2") EU_QUADS_STEP("r3")

/* Up to 48 inputs, or 64: entered where [sp + even] says for a multiple of 8, at 9 for four more than that. */
#define EU_QUADS_CHAIN_48(even) \
    "9:\n\tldr r2, [r0], #4\n\t" EU_QUADS_STEP("r2") "ldr pc, [sp, #" even "]\n\t" \
    EU_QUADS_UNIT("16") EU_QUADS_UNIT("15") EU_QUADS_UNIT("14") EU_QUADS_UNIT("13") \
    EU_QUADS_UNIT("12") EU_QUADS_UNIT("11") "10:\n\t"
#define EU_QUADS_CHAIN_64(even) \
    "9:\n\tldr r2, [r0], #4\n\t" EU_QUADS_STEP("r2") "ldr pc, [sp, #" even "]\n\t" \
    EU_QUADS_UNIT("18") EU_QUADS_UNIT("17") EU_QUADS_UNIT("16") EU_QUADS_UNIT("15") \
    EU_QUADS_UNIT("14") EU_QUADS_UNIT("13") EU_QUADS_UNIT("12") EU_QUADS_UNIT("11") "10:\n\t"

/* The same for inputs at any address: word by word. */
#define EU_QUADS_ANY_UNIT(label) \
    label ":\n\tldr r2, [r0], #4\n\tldr r3, [r0], #4\n\t" EU_QUADS_STEP("r2") EU_QUADS_STEP("r3")
#define EU_QUADS_ANY_CHAIN \
    "9:\n\tldr r2, [r0], #4\n\t" EU_QUADS_STEP("r2") "ldr pc, [sp, #28]\n\t" \
    EU_QUADS_ANY_UNIT("18") EU_QUADS_ANY_UNIT("17") EU_QUADS_ANY_UNIT("16") EU_QUADS_ANY_UNIT("15") \
    EU_QUADS_ANY_UNIT("14") EU_QUADS_ANY_UNIT("13") EU_QUADS_ANY_UNIT("12") EU_QUADS_ANY_UNIT("11") "10:\n\t"

/* r9 = groups in, r10 = address to enter the chain at, r11 = the same for groups - groups % 2 out. */
#define EU_QUADS_FIND \
    "adr r10, 8f\n\tlsrs r9, r9, #1\n\tadd r11, r10, r9, lsl #1\n\tldrh r9, [r10]\n\t" \
    "ldrh r11, [r11, #2]\n\tadd r11, r10\n\tadd r10, r9\n\tit cc\n\tmovcc r10, r11\n\t"

/* Where the parts of the chain that follows begin, seen from here; stands before the chain. */
#define EU_QUADS_ENTRIES_48 \
    ".balign 4\n8:\n\t.hword 9f - 8b + 1, 10f - 8b + 1, 11f - 8b + 1, 12f - 8b + 1\n\t" \
    ".hword 13f - 8b + 1, 14f - 8b + 1, 15f - 8b + 1, 16f - 8b + 1\n\t"
#define EU_QUADS_ENTRIES_64 EU_QUADS_ENTRIES_48 ".hword 17f - 8b + 1, 18f - 8b + 1\n\t"

/* Adds an int8 signal to the four values: frame word add[0], kept at [sp + 32], is where it lies seen from the output, then
 * come the slope of the values, the slope of the signal and the offset of eu_elementwise_add_linear.c. */
#define EU_QUADS_KEEP_ADD "add r12, r0, #44\n\tldmia r12, {r8-r11}\n\tpush {r8-r11}\n\t"
#define EU_QUADS_ADD_VALUE(value, rotation) \
    "sxtb r7, r6" rotation "\n\tmla " value ", " value ", r3, r5\n\tmla " value ", r7, r4, " value "\n\t" \
    "ssat " value ", #8, " value ", asr #20\n\t"
#define EU_QUADS_ADD \
    "add r1, sp, #32\n\tldmia r1, {r2-r5}\n\tldr r6, [lr, r2]\n\t" \
    EU_QUADS_ADD_VALUE("r8", "") EU_QUADS_ADD_VALUE("r9", ", ror #8") \
    EU_QUADS_ADD_VALUE("r10", ", ror #16") EU_QUADS_ADD_VALUE("r11", ", ror #24")

/* RELU on accumulators: the results of a negative one and of zero are the same there. */
#define EU_QUADS_RECTIFY \
    "bic r8, r8, r8, asr #31\n\tbic r9, r9, r9, asr #31\n\t" \
    "bic r10, r10, r10, asr #31\n\tbic r11, r11, r11, asr #31\n\t"

/* acc * multiplier + offset in 64 bits for the four channels, high words into r8-r11 scaled and saturated by `op`:
 *
 *     (acc * multiplier[n] + offset[n]) >> 36
 *
 * |acc| < 2^31 is proven per channel; 0 < multiplier < 2^31, so the 64-bit sum is below 2^62 + 2^43. That this one multiply equals the
 * doubly rounded requantization is decided per channel, for every accumulator that can occur: docs/DSP_KERNELS.md. */
#define EU_QUADS_SCALE(op) \
    "ldmia r1!, {r2-r7}\n\tsmlal r4, r5, r8, r2\n\tsmlal r6, r7, r9, r3\n\t" \
    op " r8, #8, r5, asr #4\n\t" op " r9, #8, r7, asr #4\n\t" \
    "ldmia r1!, {r2-r7}\n\tsmlal r4, r5, r10, r2\n\tsmlal r6, r7, r11, r3\n\t" \
    op " r10, #8, r5, asr #4\n\t" op " r11, #8, r7, asr #4\n\t"

/* Double rounding of the doubled accumulators in r8-r11 into int8 values:
 *
 *     y = (acc * multiplier[n] + 2^31 >> 32) + rounding[n] + (acc >> 31)     rounding = 2^(shift-1) + zero_point * 2^shift
 *     min(max(y >> shift[n], -128), 127)
 *
 * Doubling is done on the widened weights. |acc| < 2^31 and |y| < 2^31 are proven per channel; shift >= 1. The first sum is
 * SaturatingRoundingDoublingHighMul; adding -1 for negative acc instead of negative y differs only where y = 0, and there
 * rounding absorbs it (0 <= 2^(shift-1) - 1). So this is TFLite's double rounding, always. */
#define EU_QUADS_ROUND_TWO(a, b) \
    "ldmia r1!, {r2-r7}\n\tadd r3, r3, " a ", asr #31\n\tadd r6, r6, " b ", asr #31\n\t" \
    "smmlar " a ", " a ", r2, r3\n\tsmmlar " b ", " b ", r5, r6\n\t" \
    "asr " a ", " a ", r4\n\tasr " b ", " b ", r7\n\tssat " a ", #8, " a "\n\tssat " b ", #8, " b "\n\t"
#define EU_QUADS_ROUND EU_QUADS_ROUND_TWO("r8", "r9") EU_QUADS_ROUND_TWO("r10", "r11")

/* Stores the four values in r8-r11, 0 .. 255 above low, as one word. */
#define EU_QUADS_STORE_CLAMPED \
    "ldmia sp, {r1-r6}\n\torr r8, r8, r9, lsl #8\n\torr r10, r10, r11, lsl #8\n\t" \
    "orr r8, r8, r10, lsl #16\n\tuqadd8 r8, r8, r4\n\tuadd8 r8, r8, r5\n\t" \
    "str r8, [lr]\n\tadd lr, r2\n\t"

/* Stores the four int8 values in r8-r11. */
#define EU_QUADS_STORE_BYTES \
    "strb r8, [lr]\n\tstrb r9, [lr, #1]\n\tstrb r10, [lr, #2]\n\tstrb r11, [lr, #3]\n\t" \
    "ldmia sp, {r1-r6}\n\tadd lr, r2\n\t"

/* The tails, from sums in r8-r11 to the output. Clamped from below at the zero point or higher; the bias is in the offset:
 *
 *     u = min(max((acc * multiplier[n] + offset[n]) >> 36, 0), 255)
 *     out[n] = min(u, high - low) + low + zero_point
 *
 * The four bytes are added with unsigned saturation (UQADD8), which cuts at high, then moved to their place. */
#define EU_QUADS_CLAMPED EU_QUADS_SCALE("usat") EU_QUADS_STORE_CLAMPED

/* Onto the whole int8 range from below its zero point of -128 (RELU) or from an accumulator that one multiply requantizes on both
 * sides; bias and zero point are in the offset: out[n] = min(max((acc * multiplier[n] + offset[n]) >> 36, -128), 127). */
#define EU_QUADS_SATURATED EU_QUADS_SCALE("ssat") EU_QUADS_STORE_BYTES

/* Without activation. */
#define EU_QUADS_LINEAR EU_QUADS_ROUND EU_QUADS_STORE_BYTES

/* With an addition: t is the value of the linear tail, or with RELU min((max(acc, 0) * multiplier[n] + offset[n]) >> 36, 127). */
#define EU_QUADS_ADD_LINEAR EU_QUADS_ROUND EU_QUADS_ADD EU_QUADS_STORE_BYTES
#define EU_QUADS_ADD_RELU EU_QUADS_RECTIFY EU_QUADS_SCALE("ssat") EU_QUADS_ADD EU_QUADS_STORE_BYTES

/* Splits r2 groups of weights at r0 into SXTB16 order at r1, 8 words each, with `twice` applied to each four words; the end in lr. */
#define EU_QUADS_WIDEN(twice) \
    "1:\n\tldmia r0!, {r4-r7}\n\t" \
    "sxtb16 r8, r4\n\tsxtb16 r9, r5\n\tsxtb16 r10, r6\n\tsxtb16 r11, r7\n\t" \
    twice("r8", "r9", "r10", "r11") "stmia r1!, {r8-r11}\n\t" \
    "sxtb16 r4, r4, ror #8\n\tsxtb16 r5, r5, ror #8\n\tsxtb16 r6, r6, ror #8\n\t" \
    "sxtb16 r7, r7, ror #8\n\t" twice("r4", "r5", "r6", "r7") "stmia r1!, {r4-r7}\n\t" \
    "subs r2, #1\n\tbne 1b\n\tmov lr, r1\n\t"
#define EU_QUADS_ONCE(a, b, c, d) ""
#define EU_QUADS_TWICE(a, b, c, d) \
    "sadd16 " a ", " a ", " a "\n\tsadd16 " b ", " b ", " b "\n\t" \
    "sadd16 " c ", " c ", " c "\n\tsadd16 " d ", " d ", " d "\n\t"

/* Unpacking of quads for EU_QUADS_SCALE. */
#define EU_QUADS_UNPACK_TWO(multipliers, offsets) \
    "ldrd r4, r5, [r0, #" multipliers "]\n\tldrd r2, r3, [r0, #" offsets "]\n\t" \
    "smull r6, r7, r2, r12\n\tsmull r8, r9, r3, r12\n\tstmia r1!, {r4-r9}\n\t"

/* One quad for EU_QUADS_SCALE without biases (they are in the offsets): packed is groups of weights, 4 multipliers, 4 offsets
 * / 2^offset_shift. Returns the end of the widened weights; behind it per two channels multipliers, 64-bit offsets. */
EU_NAKED static int32_t *eu_quads_unpack(EU_UNUSED const int32_t *packed, EU_UNUSED int32_t *wide,
                                         EU_UNUSED int32_t groups, EU_UNUSED int32_t offset_shift)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {r4-r11, lr}\n\tmovs r4, #0\n\tmovs r5, #0\n\tmovs r6, #0\n\tmovs r7, #0\n\t"
            "stmia r1!, {r4-r7}\n\tmovs r12, #1\n\tlsl r12, r3\n" EU_QUADS_WIDEN(EU_QUADS_ONCE)
            EU_QUADS_UNPACK_TWO("0", "16") EU_QUADS_UNPACK_TWO("8", "24") "mov r0, lr\n\tpop {r4-r11, pc}");
    /* clang-format on */
}

/* What a row loop needs, in the order of the registers it is loaded into. */
typedef struct {
    const int32_t *wide; /* r1: 4 first sums, widened weights, constants of the requantization */
    int32_t out_step;    /* r2 */
    const int8_t *end;   /* r3: the inputs of the row after the last */
    uint32_t above;      /* r4: in each byte, 255 - (high - low) */
    uint32_t below;      /* r5: in each byte, high + zero_point + 1 (mod 256) */
    int32_t gap;         /* r6: bytes from the end of one row's inputs to the start of the next row's */
    const int8_t *in;    /* r7 */
    int8_t *out;         /* r8 */
    int32_t groups;      /* r9: groups of four inputs, per run of inputs */
    const int32_t *last; /* windows of several runs: where the widened weights end */
    int32_t run_gap;     /* and the bytes between runs (or see EU_QUADS_LAST) */
    int32_t add[4];      /* see EU_QUADS_ADD */
} eu_quads_rows_t;

/* Row loops over one signal, by the form of the window. */

/* Saves the caller's registers, keeps the frame on the stack: r1-r6 at [sp], the two entries at [sp + 24] and [sp + 28],
 * what `extra` pushed above them. Row loop at label 1. */
#define EU_QUADS_ENTER(extra, entries) \
    ".syntax unified\n\tpush {r4-r11, lr}\n\t" extra "ldmia r0, {r1-r9}\n\t" EU_QUADS_FIND \
    "push {r1-r6, r10, r11}\n\tmov r0, r7\n\tmov lr, r8\n" \
    "1:\n\tldmia r1!, {r8-r11}\n\tldr pc, [sp, #24]\n\t" entries

/* For windows of several runs: keeps the frame's last two words at [sp + 32], and goes back into the chain for each run. */
#define EU_QUADS_KEEP_RUNS "ldr r10, [r0, #36]\n\tldr r11, [r0, #40]\n\tpush {r10, r11}\n\t"
#define EU_QUADS_NEXT_RUN \
    "ldr r2, [sp, #32]\n\tldr r3, [sp, #36]\n\tcmp r1, r2\n\tbeq 4f\n\tadd r0, r3\n\t" \
    "ldr pc, [sp, #24]\n4:\n\t"

/* The last four inputs, which may overlap those before them (their weights are zero then): [sp + 32] is where they start
 * behind the others, 0 to -3. */
#define EU_QUADS_KEEP_LAST "ldr r10, [r0, #40]\n\tpush {r10, r11}\n\t"
#define EU_QUADS_LAST "ldr r2, [sp, #32]\n\tldr r2, [r0, r2]\n\t" EU_QUADS_STEP("r2")

/* r1-r6 hold the frame again: next row, or back to the caller. */
#define EU_QUADS_LEAVE(extra_bytes) \
    "add r0, r6\n\tcmp r0, r3\n\tbne 1b\n\tadd sp, #32 + " extra_bytes "\n\tpop {r4-r11, pc}"

/* The sums of a row, by the form of the window. */
#define EU_QUADS_ONE_48 EU_QUADS_ENTER("", EU_QUADS_ENTRIES_48) EU_QUADS_CHAIN_48("28")
#define EU_QUADS_ONE_64 EU_QUADS_ENTER("", EU_QUADS_ENTRIES_64) EU_QUADS_CHAIN_64("28")
#define EU_QUADS_RUNS_48 EU_QUADS_ENTER(EU_QUADS_KEEP_RUNS, EU_QUADS_ENTRIES_48) EU_QUADS_CHAIN_48("28") EU_QUADS_NEXT_RUN
#define EU_QUADS_RUNS_64 EU_QUADS_ENTER(EU_QUADS_KEEP_RUNS, EU_QUADS_ENTRIES_64) EU_QUADS_CHAIN_64("28") EU_QUADS_NEXT_RUN
#define EU_QUADS_ANY EU_QUADS_ENTER(EU_QUADS_KEEP_LAST, EU_QUADS_ENTRIES_64) EU_QUADS_ANY_CHAIN EU_QUADS_LAST

/* One run, for an addition. */
#define EU_QUADS_ADDING EU_QUADS_ENTER(EU_QUADS_KEEP_ADD, EU_QUADS_ENTRIES_48) EU_QUADS_CHAIN_48("28")

/* The rows and quads of a convolution; what the kernels named eu_quads_conv_ share. */

typedef void eu_quads_loop_t(const eu_quads_rows_t *);

/* The last quad where only `live` of its channels exist: what `loop` writes too much is written again by the rows and quads
 * that follow (rows lie without gaps then), and where nothing follows it goes through four bytes aside. */
static void eu_quads_partial(eu_quads_loop_t *loop, eu_quads_rows_t frame, int32_t rows, int32_t in_step, int32_t live)
{
    const int32_t direct = rows - (3 - live) / frame.out_step - 1;
    if (direct > 0) {
        frame.end = frame.in + direct * in_step;
        loop(&frame);
        frame.in += direct * in_step;
        frame.out += direct * frame.out_step;
    }
    for (int32_t r = direct > 0 ? direct : 0; r < rows; r++) {
        int8_t aside[4];
        int8_t *const out = frame.out;
        frame.out = aside;
        frame.end = frame.in + in_step;
        loop(&frame);
        memcpy(out, aside, (size_t)live);
        frame.in += in_step;
        frame.out = out + frame.out_step;
    }
}

/* A convolution in quads: what all kernels of that kind are told. */
typedef struct {
    const int32_t *weights; /* packed quads */
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t outputs;
    int32_t block;         /* rows done before any input of later rows is overwritten */
    int32_t groups;        /* groups of four inputs per run */
    int32_t runs;          /* runs per window */
    int32_t run_gap;       /* bytes between runs, or where the last four inputs start (see EU_QUADS_LAST) */
    int32_t packed_groups; /* groups of weights per quad */
    int32_t scale;         /* what unpack wants: shift of the offsets, or the output's zero point */
    uint32_t above;        /* as in eu_quads_rows_t */
    uint32_t below;
} eu_quads_conv_t;

typedef int32_t *eu_quads_unpack_t(const int32_t *packed, int32_t *wide, int32_t groups, int32_t scale);

/* The last quad runs first, so that the others write over what it writes too much. */
static void eu_quads_conv(const int8_t *in, int8_t *out, const eu_quads_conv_t *p, int32_t *wide, eu_quads_loop_t *loop,
                          eu_quads_unpack_t *unpack, int32_t constants)
{
    const int32_t size = constants + 4 * p->packed_groups;
    const int32_t gap = p->in_step - p->runs * 4 * p->groups - (p->runs - 1) * p->run_gap;
    eu_quads_rows_t frame = {wide, p->out_step, in,        p->above, p->below,   gap,
                             in,   out,         p->groups, wide,     p->run_gap, {0, 0, 0, 0}};
    for (int32_t first = 0; first < p->rows; first += p->block) {
        const int32_t rows = p->rows - first < p->block ? p->rows - first : p->block;
        int32_t n = (p->outputs - 1) & ~3;
        const int32_t *packed = p->weights + (n >> 2) * size;
        frame.end = frame.in + rows * p->in_step;
        frame.out = out + first * p->out_step + n;
        for (int32_t live = p->outputs - n; n >= 0; n -= 4) {
            frame.last = unpack(packed, wide, p->packed_groups, p->scale);
            if (live < 4) {
                eu_quads_partial(loop, frame, rows, p->in_step, live);
            } else {
                loop(&frame);
            }
            live = 4;
            packed -= size;
            frame.out -= 4;
        }
        frame.in = frame.end;
    }
}

/* All rows of a quad: the sums by the form of the window (eu_quads_conv.c), then a tail (eu_quads.c). */
EU_NAKED static void eu_quads_conv_clamped_loop(EU_UNUSED const eu_quads_rows_t *frame)
{
    __asm__(EU_QUADS_ONE_48 EU_QUADS_CLAMPED EU_QUADS_LEAVE("0"));
}

/* Convolution in quads:
 *
 *     acc[r][n] = bias[n] + sum over k < inputs of in[r * in_step + k] * w[n][k]
 *
 * then the tail clamped (eu_quads.c has formulas, bounds and exactness). The window is, by the name's last part,
 *     one run of at most 48 bytes (64 with the linear tail), a multiple of 4;
 *     runs: several runs of such a length (taps that do not follow each other without gaps, or more inputs): those of run t start at
 *     in[r * in_step + t * (4 * groups + run_gap)], the weights of all runs follow each other;
 *     any: 4 to 68 bytes at any address: groups of four inputs, then the last four, which may overlap them (the weights of what was read
 *     before are zero then), so that no byte outside the window is read. */
static void eu_quads_conv_clamped(const int8_t *in, int8_t *out, const eu_quads_conv_t *p, int32_t *wide)
{
    eu_quads_conv(in, out, p, wide, eu_quads_conv_clamped_loop, eu_quads_unpack, 8);
}

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

/* Unpacking of quads for EU_QUADS_ROUND (see eu_quads.c): weights and biases are doubled, so that one SMMLAR of an
 * accumulator and a multiplier is TFLite's SaturatingRoundingDoublingHighMul. */
#define EU_QUADS_UNPACK_ONE(multiplier, rotation) \
    "uxtb r10, r8" rotation "\n\tsub r9, r10, #1\n\tlsl r9, r3, r9\n\tstmia r1!, {" multiplier ", r9, r10}\n\t"

/* One quad: packed is 4 biases, groups of weights, 4 multipliers and one word of 4 shifts (bytes). Returns the end of the
 * widened weights; behind it per channel multiplier, 2^(shift-1) + zero_point * 2^shift, shift. */
EU_NAKED static int32_t *eu_quads_unpack_doubled(EU_UNUSED const int32_t *packed, EU_UNUSED int32_t *wide,
                                                 EU_UNUSED int32_t groups, EU_UNUSED int32_t zero_point)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {r4-r11, lr}\n\tldmia r0!, {r4-r7}\n\tlsls r4, #1\n\tlsls r5, #1\n\tlsls r6, #1\n\t"
            "lsls r7, #1\n\tstmia r1!, {r4-r7}\n\tlsls r3, #1\n\tadds r3, #1\n" EU_QUADS_WIDEN(EU_QUADS_TWICE)
            "ldmia r0, {r4-r8}\n\t" EU_QUADS_UNPACK_ONE("r4", "") EU_QUADS_UNPACK_ONE("r5", ", ror #8")
            EU_QUADS_UNPACK_ONE("r6", ", ror #16") EU_QUADS_UNPACK_ONE("r7", ", ror #24") "mov r0, lr\n\tpop {r4-r11, pc}");
    /* clang-format on */
}

/* What the kernels for a convolution in quads and an int8 signal added to its int8 result share, without that result ever being stored:
 *
 *     acc[r][n] = bias[n] + sum over k < 4 * groups of in[r * in_step + k] * w[n][k]
 *     t = the int8 value of acc: with the linear tail (eu_quads.c), or with RELU min((max(acc, 0) * multiplier[n] + offset[n]) >> 36, 127)
 *     out[r * out_step + n] = min(max((t * slope + other[r * other_step + n] * other_slope + add_offset) >> 20, -128), 127)
 *
 * Both roundings are kept; exactness and bounds as in eu_quads.c and eu_elementwise_add_linear.c. outputs is a multiple of four.
 * out may be other. Where the two have different steps the rows run one by one. */
typedef struct {
    const int32_t *weights; /* per quad: bias[4], groups x 4 words, multiplier[4], then offset[4] or a word of shifts */
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t other_step;
    int32_t outputs;
    int32_t block; /* rows done before any input of later rows is overwritten */
    int32_t groups;
    int32_t scale; /* shift of the offsets, or the convolution's zero point */
    int32_t slope;
    int32_t other_slope;
    int32_t add_offset;
} eu_quads_add_t;

/* All rows of a quad, with the addition. */
EU_NAKED static void eu_quads_add_linear_loop(EU_UNUSED const eu_quads_rows_t *frame)
{
    __asm__(EU_QUADS_ADDING EU_QUADS_ADD_LINEAR EU_QUADS_LEAVE("16"));
}

/* A convolution and an addition: see eu_quads_add.c. */
static void eu_quads_add_linear(const int8_t *in, const int8_t *other, int8_t *out, const eu_quads_add_t *p, int32_t *wide)
{
    eu_quads_rows_t frame = {
        wide, p->out_step, in,
        0,    0,           p->in_step - 4 * p->groups,
        in,   out,         p->groups,
        wide, 0,           {(int32_t)((intptr_t)other - (intptr_t)out), p->slope, p->other_slope, p->add_offset}};
    const int32_t together = p->other_step == p->out_step ? p->block : 1;
    for (int32_t first = 0; first < p->rows; first += p->block) {
        const int32_t end = p->rows - first < p->block ? p->rows : first + p->block;
        const int32_t *packed = p->weights;
        for (int32_t n = 0; n < p->outputs; n += 4) {
            eu_quads_unpack_doubled(packed + 0, wide, p->groups, p->scale);
            memcpy(wide, packed, 4 * 0);
            packed += 9 + 4 * p->groups;
            for (int32_t r = first; r < end; r += together) {
                const int32_t count = end - r < together ? end - r : together;
                frame.in = in + r * p->in_step;
                frame.end = frame.in + count * p->in_step;
                frame.out = out + r * p->out_step + n;
                frame.add[0] = (int32_t)((intptr_t)other - (intptr_t)out) + r * (p->other_step - p->out_step);
                eu_quads_add_linear_loop(&frame);
            }
        }
    }
}

/* Maximum over two rows, four channels per instruction pair:
 *
 *     out[r * out_step + n] = max over t < 2 of in[r * in_step + t * pitch + n]
 *
 * SSUB8 sets a flag per byte where a >= b, SEL picks a or b by it. Rows are whole words at multiples of four bytes. */
typedef struct {
    int32_t rows;
    int32_t in_step;
    int32_t pitch;
    int32_t out_step;
    int32_t words; /* per row */
} eu_elementwise_max_2_t;

static inline uint32_t eu_elementwise_max_2_bytes(uint32_t a, uint32_t b)
{
    uint32_t larger;
    __asm__ volatile("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(larger) : "r"(a), "r"(b) : "cc");
    return larger;
}

static void eu_elementwise_max_2(const int8_t *in, int8_t *out, const eu_elementwise_max_2_t *p)
{
    const int32_t words = p->words;
    for (int32_t r = 0; r < p->rows; r++) {
        const uint32_t *a = (const uint32_t *)(const void *)in;
        const uint32_t *b = (const uint32_t *)(const void *)(in + p->pitch);
        uint32_t *y = (uint32_t *)(void *)out;
        uint32_t *const end = y + words;
        do {
            *y++ = eu_elementwise_max_2_bytes(*a++, *b++);
        } while (y != end);
        in += p->in_step;
        out += p->out_step;
    }
}

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

/* Windows and rows of a convolution four rows at a time. */

/* Where the bytes of a window lie: `runs` runs of 4 * `groups` neighbouring bytes, `run_gap` bytes between them. */
typedef struct {
    int32_t step; /* from row to row */
    int32_t groups;
    int32_t runs;
    int32_t run_gap;
    int32_t pass_groups; /* groups that the chain takes at once, and how often it is run */
    int32_t passes;
} eu_tall_window_t;

/* Row `row` of four of which `live` exist: the last one stands in for those missing. */
static int32_t eu_tall_row(int32_t row, int32_t live)
{
    return row < live ? row : live - 1;
}

/* Widens the windows of four rows, `step` bytes apart; returns the end. */
static int32_t *eu_tall_gather(const int8_t *in, int32_t step, int32_t live, const eu_tall_window_t *window,
                               int32_t *wide)
{
    for (int32_t run = 0; run < window->runs; run++) {
        const int8_t *rows[4];
        for (int32_t r = 0; r < 4; r++) {
            rows[r] = in + eu_tall_row(r, live) * step;
        }
        wide = eu_tall_widen(rows, wide, window->groups);
        in += 4 * window->groups + window->run_gap;
    }
    return wide;
}

static void eu_tall_set_chain(eu_tall_chain_t *chain, const eu_tall_window_t *window, eu_tall_code_t *tail)
{
    chain->exit = window->passes == 1 ? tail : eu_tall_pass;
    chain->groups = window->pass_groups;
    chain->even = 0;
    chain->tail = tail;
    chain->left = window->passes;
    chain->passes = window->passes;
}

/* The frame for four rows of which `live` exist, `step` bytes apart. */
static void eu_tall_set_rows(eu_tall_frame_t *frame, int8_t *out, int32_t step, int32_t live, int32_t outputs)
{
    frame->out = out;
    frame->end = out + outputs;
    for (int32_t r = 0; r < 3; r++) {
        frame->out_rows[r] = eu_tall_row(r + 1, live) * step;
    }
}

static void eu_tall_start(eu_tall_frame_t *frame, const int32_t *weights, int32_t scale, int32_t *wide)
{
    for (int32_t r = 0; r < 4; r++) {
        wide[r] = 0;
    }
    frame->wide = wide;
    frame->next = eu_tall_next;
    frame->scale = scale;
    frame->weights = (const int8_t *)weights;
    frame->unused = 0;
}

/* What the kernels for a convolution of few rows over two signals share (see eu_quads_sum.c): `repeat` output rows for each row of the first
 * signal. Per channel the chain runs over four rows of the first signal, then, from those sums, over the second signal's rows of each
 * of the `repeat` phases: output rows phase, phase + repeat, phase + 2 * repeat, phase + 3 * repeat. */
typedef struct {
    const int32_t *weights; /* per channel: weights of a, weights of b, constants */
    int32_t groups;         /* rows of the first signal that are used */
    int32_t repeat;
    int32_t out_step;
    int32_t outputs;
    int32_t scale;
    eu_tall_window_t a;
    eu_tall_window_t b;
} eu_tall_sum_t;

typedef struct {
    eu_tall_frame_t rows;    /* its last word, 60: phases to go */
    int32_t repeat;          /* 64 */
    int32_t phase_step;      /* 68: to the next phase of a channel that is stored */
    int32_t rewind;          /* 72: back to the first phase */
    const int8_t *b;         /* 76: weights of b */
    int32_t sums[4];         /* 80: of a */
    eu_tall_chain_t a_chain; /* 96 */
    eu_tall_chain_t b_chain; /* 120 */
    int32_t unused[4];
} eu_tall_sum_frame_t;

/* The chain that follows: over a, or over b. */
#define EU_TALL_USE_CHAIN(at) "add r2, sp, #" at "\n\tldmia r2, {r2-r7}\n\tadd r12, sp, #24\n\tstmia r12, {r2-r7}\n\t"

/* Tail of the chain over a. */
EU_NAKED static void eu_tall_sum_first(void)
{
    __asm__(".syntax unified\n\tstrd r8, r9, [sp, #80]\n\tstrd r10, r11, [sp, #88]\n\tstr r0, [sp, #76]\n\t"
            "ldr r2, [sp, #64]\n\tstr r2, [sp, #60]\n\t" EU_TALL_USE_CHAIN("120") "ldr pc, [sp, #28]");
}

/* After a tail: the next phase, the next channel, or back to the caller. */
EU_NAKED static void eu_tall_sum_next(void)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tldr r2, [sp, #60]\n\tsubs r2, #1\n\tbeq 1f\n\tstr r2, [sp, #60]\n\tldr r0, [sp, #76]\n\t"
            "ldr r2, [sp, #68]\n\tadd lr, r2\n\tldrd r8, r9, [sp, #80]\n\tldrd r10, r11, [sp, #88]\n\tldr pc, [sp, #28]\n"
            "1:\n\tldr r3, [sp, #72]\n\tldrd r1, r2, [sp]\n\tsub lr, r3\n\tcmp lr, r2\n\tbeq 2f\n\t" EU_TALL_USE_CHAIN("96")
            "ldmia r1!, {r8-r11}\n\tldr pc, [sp, #28]\n2:\n\t" EU_TALL_LEAVE);
    /* clang-format on */
}

static void eu_tall_sum(const int8_t *a, const int8_t *b, int8_t *out, const eu_tall_sum_t *p, int32_t *wide,
                        eu_tall_code_t *tail)
{
    const int32_t b_step = p->repeat * p->b.step;
    const int32_t out_step = p->repeat * p->out_step;
    eu_tall_sum_frame_t frame;
    memset(&frame, 0, sizeof frame);
    eu_tall_start(&frame.rows, p->weights, p->scale, wide);
    eu_tall_set_chain(&frame.a_chain, &p->a, eu_tall_sum_first);
    eu_tall_set_chain(&frame.b_chain, &p->b, tail);
    frame.rows.chain = frame.a_chain;
    frame.rows.next = eu_tall_sum_next;
    frame.repeat = p->repeat;
    frame.phase_step = p->out_step - 1;
    frame.rewind = out_step - p->out_step;
    for (int32_t first = 0; first < p->groups; first += 4) {
        const int32_t live = p->groups - first < 4 ? p->groups - first : 4;
        int32_t *t = eu_tall_gather(a + first * p->a.step, p->a.step, live, &p->a, wide + 4);
        for (int32_t phase = 0; phase < p->repeat; phase++) {
            t = eu_tall_gather(b + first * b_step + phase * p->b.step, b_step, live, &p->b, t);
        }
        eu_tall_set_rows(&frame.rows, out + first * out_step, out_step, live, p->outputs);
        eu_tall_loop(&frame, (int32_t)sizeof frame);
    }
}

/* A tail: constants, the values of four rows, and what is done with them. */
EU_NAKED static void eu_tall_saturated_tail(void)
{
    __asm__(".syntax unified\n\t" EU_TALL_SATURATED EU_TALL_STORE);
}

/* Convolution of few rows over two signals side by side that are never put side by side, the first perhaps at a lower rate:
 *
 *     acc[r][n] = bias[n] + sum over k of a[(r / repeat) * a.step + ..] * w[n][k] + sum over k of b[r * b.step + ..] * w[n][k]
 *
 * then the tail saturated. int32 sums may be made in any order, so this is the convolution over concat(upsample(a), b). */
static void eu_tall_sum_saturated(const int8_t *a, const int8_t *b, int8_t *out, const eu_tall_sum_t *p, int32_t *wide)
{
    eu_tall_sum(a, b, out, p, wide, eu_tall_saturated_tail);
}

EU_DEPTHWISE_3_LOOP(eu_depthwise_3_8_8_6, "8", "8", "6")

EU_DEPTHWISE_3_ANY_LOOP(eu_depthwise_3_any)

static void eu_depthwise_3_8_8_8_8_6_any_6(const int8_t *in, int8_t *out, const eu_depthwise_3_t *p)
{
    static eu_depthwise_3_loop_t *const loops[] = {eu_depthwise_3_8_8_6, eu_depthwise_3_any};
    eu_depthwise_3(in, out, p, loops, 6);
}

#include "tiny_dsp_weights.h"

static const eu_copy_t tiny_dsp_00 = {
    .outer = 1,
    .rows = 1,
    .bytes = 64,
    .in_pitch = 4,
    .in_jump = 0,
    .out_pitch = 4,
    .out_jump = 0,
};

static const eu_quads_conv_t tiny_dsp_01 = {
    .weights = tiny_dsp_01_weights,
    .rows = 16,
    .in_step = 4,
    .out_step = 8,
    .outputs = 8,
    .block = 16,
    .groups = 3,
    .runs = 1,
    .run_gap = 0,
    .packed_groups = 3,
    .scale = 20,
    .above = 0U,
    .below = 2155905152U,
};

static const eu_depthwise_3_t tiny_dsp_02 = {
    .weights = tiny_dsp_02_weights,
    .bias = tiny_dsp_02_bias,
    .multiplier = tiny_dsp_02_multiplier,
    .shift = tiny_dsp_02_shift,
    .rows = 16,
    .in_step = 8,
    .out_step = 8,
    .outputs = 8,
    .block = 16,
    .zero_point = 3,
};

static const eu_quads_add_t tiny_dsp_03 = {
    .weights = tiny_dsp_03_weights,
    .rows = 16,
    .in_step = 8,
    .out_step = 8,
    .outputs = 8,
    .block = 16,
    .groups = 2,
    .scale = 3,
    .other_step = 8,
    .slope = 570350,
    .other_slope = 570350,
    .add_offset = 64478621,
};

static const eu_elementwise_max_2_t tiny_dsp_04 = {
    .rows = 8,
    .in_step = 16,
    .pitch = 8,
    .out_step = 8,
    .words = 2,
};

static const eu_tall_sum_t tiny_dsp_05 = {
    .weights = tiny_dsp_05_weights,
    .groups = 8,
    .repeat = 2,
    .out_step = 8,
    .outputs = 8,
    .scale = 2097152,
    .a = {.step = 8, .groups = 2, .runs = 1, .run_gap = 0, .pass_groups = 2, .passes = 1},
    .b = {.step = 4, .groups = 1, .runs = 1, .run_gap = 0, .pass_groups = 1, .passes = 1},
};

static const eu_quads_conv_t tiny_dsp_06 = {
    .weights = tiny_dsp_06_weights,
    .rows = 16,
    .in_step = 8,
    .out_step = 4,
    .outputs = 4,
    .block = 16,
    .groups = 2,
    .runs = 1,
    .run_gap = 0,
    .packed_groups = 2,
    .scale = 20,
    .above = 0U,
    .below = 2155905152U,
};

#ifdef TINY_DSP_TRACE
void tiny_dsp_trace(int32_t layer);
#define TINY_DSP_LAYER(index) tiny_dsp_trace(index)
#else
#define TINY_DSP_LAYER(index) ((void)0)
#endif

typedef char tiny_dsp_arena_fits[sizeof((((tiny_dsp_state_t *)0)->arena)) >= TINY_DSP_ARENA_BYTES ? 1 : -1];

void tiny_dsp_reset(tiny_dsp_state_t *state)
{
    memset(state->arena, 0, sizeof state->arena);
}

void tiny_dsp_run(tiny_dsp_state_t *state, const int8_t *input, int8_t *output)
{
    int8_t *const a = (int8_t *)state->arena;
    (void)a;

    /*  0 input: INPUT -> 16 x 4 */
    TINY_DSP_LAYER(0);
    eu_copy(input, a + 148, &tiny_dsp_00);
    /*  1 tensor_1: CONV_2D -> 16 x 8, 1536 MACs */
    TINY_DSP_LAYER(1);
    eu_fill(a + 144, 1, 0, 4, 69);
    eu_fill(a + 212, 1, 0, 4, 69);
    eu_quads_conv_clamped(a + 144, a + 8, &tiny_dsp_01, (int32_t *)(void *)(a + 216));
    /*  2 tensor_4: DEPTHWISE_CONV_2D -> 16 x 8, 384 MACs */
    TINY_DSP_LAYER(2);
    eu_fill(a, 1, 0, 8, -128);
    eu_fill(a + 136, 1, 0, 8, -128);
    eu_depthwise_3_8_8_8_8_6_any_6(a, a + 144, &tiny_dsp_02);
    /*  3 tensor_7: CONV_2D+ADD -> 16 x 8, 1024 MACs */
    TINY_DSP_LAYER(3);
    eu_quads_add_linear(a + 144, a + 8, a + 8, &tiny_dsp_03, (int32_t *)(void *)(a + 272));
    /*  4 tensor_11: MAX_POOL_2D -> 8 x 8 */
    TINY_DSP_LAYER(4);
    eu_elementwise_max_2(a + 8, a + 144, &tiny_dsp_04);
    /*  5 tensor_16: RESIZE_NEAREST_NEIGHBOR+CONCATENATION+CONV_2D -> 16 x 8, 1024 MACs */
    TINY_DSP_LAYER(5);
    eu_tall_sum_saturated(a + 144, input + 64, a, &tiny_dsp_05, (int32_t *)(void *)(a + 208));
    /*  6 tensor_19: CONV_2D -> 16 x 4, 512 MACs */
    TINY_DSP_LAYER(6);
    eu_quads_conv_clamped(a, output, &tiny_dsp_06, (int32_t *)(void *)(a + 128));
    TINY_DSP_LAYER(TINY_DSP_LAYERS);
}
