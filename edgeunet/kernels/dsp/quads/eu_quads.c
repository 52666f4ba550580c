/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
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
