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

#define EU_QUAD_STEP(word)                                                                       \
    "ldmia r1!, {r4-r7}\n\tsxtb16 r12, " word "\n\t"                                             \
    "smlad r8, r12, r4, r8\n\tsmlad r9, r12, r5, r9\n\t"                                         \
    "smlad r10, r12, r6, r10\n\tsmlad r11, r12, r7, r11\n\t"                                     \
    "ldmia r1!, {r4-r7}\n\tsxtb16 r12, " word ", ror #8\n\t"                                     \
    "smlad r8, r12, r4, r8\n\tsmlad r9, r12, r5, r9\n\t"                                         \
    "smlad r10, r12, r6, r10\n\tsmlad r11, r12, r7, r11\n\t"

/* Eight inputs. */
#define EU_QUAD_UNIT(label) label ":\n\tldmia r0!, {r2, r3}\n\t" EU_QUAD_STEP("r2") EU_QUAD_STEP("r3")

/* Up to 48 inputs, or 64: entered where [sp + even] says for a multiple of 8, at 9 for four more than that. */
#define EU_QUAD_CHAIN_48(even)                                                                   \
    "9:\n\tldr r2, [r0], #4\n\t" EU_QUAD_STEP("r2") "ldr pc, [sp, #" even "]\n\t"                \
    EU_QUAD_UNIT("16") EU_QUAD_UNIT("15") EU_QUAD_UNIT("14") EU_QUAD_UNIT("13")                  \
    EU_QUAD_UNIT("12") EU_QUAD_UNIT("11") "10:\n\t"
#define EU_QUAD_CHAIN_64(even)                                                                   \
    "9:\n\tldr r2, [r0], #4\n\t" EU_QUAD_STEP("r2") "ldr pc, [sp, #" even "]\n\t"                \
    EU_QUAD_UNIT("18") EU_QUAD_UNIT("17") EU_QUAD_UNIT("16") EU_QUAD_UNIT("15")                  \
    EU_QUAD_UNIT("14") EU_QUAD_UNIT("13") EU_QUAD_UNIT("12") EU_QUAD_UNIT("11") "10:\n\t"

/* The same for inputs at any address: word by word. */
#define EU_QUAD_ANY_UNIT(label)                                                                  \
    label ":\n\tldr r2, [r0], #4\n\tldr r3, [r0], #4\n\t" EU_QUAD_STEP("r2") EU_QUAD_STEP("r3")
#define EU_QUAD_ANY_CHAIN                                                                        \
    "9:\n\tldr r2, [r0], #4\n\t" EU_QUAD_STEP("r2") "ldr pc, [sp, #28]\n\t"                     \
    EU_QUAD_ANY_UNIT("18") EU_QUAD_ANY_UNIT("17") EU_QUAD_ANY_UNIT("16") EU_QUAD_ANY_UNIT("15")  \
    EU_QUAD_ANY_UNIT("14") EU_QUAD_ANY_UNIT("13") EU_QUAD_ANY_UNIT("12") EU_QUAD_ANY_UNIT("11") "10:\n\t"

/* r9 = groups in, r10 = address to enter the chain at, r11 = the same for groups - groups % 2 out. */
#define EU_QUAD_FIND                                                                             \
    "adr r10, 8f\n\tlsrs r9, r9, #1\n\tadd r11, r10, r9, lsl #1\n\tldrh r9, [r10]\n\t"           \
    "ldrh r11, [r11, #2]\n\tadd r11, r10\n\tadd r10, r9\n\tit cc\n\tmovcc r10, r11\n\t"

/* Where the parts of the chain that follows begin, seen from here; stands before the chain. */
#define EU_QUAD_ENTRIES_48                                                                       \
    ".balign 4\n8:\n\t.hword 9f - 8b + 1, 10f - 8b + 1, 11f - 8b + 1, 12f - 8b + 1\n\t"           \
    ".hword 13f - 8b + 1, 14f - 8b + 1, 15f - 8b + 1, 16f - 8b + 1\n\t"
#define EU_QUAD_ENTRIES_64 EU_QUAD_ENTRIES_48 ".hword 17f - 8b + 1, 18f - 8b + 1\n\t"

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
    int32_t run_gap;     /* and the bytes between runs (or see EU_QUAD_LAST) */
    int32_t add[4];      /* see EU_QUAD_ADD */
} eu_quad_rows_t;

/* Saves the caller's registers, keeps the frame on the stack: r1-r6 at [sp], the two entries at [sp + 24] and [sp + 28],
 * what `extra` pushed above them. Row loop at label 1. */
#define EU_QUAD_ENTER(extra, entries)                                                                     \
    ".syntax unified\n\tpush {r4-r11, lr}\n\t" extra "ldmia r0, {r1-r9}\n\t" EU_QUAD_FIND        \
    "push {r1-r6, r10, r11}\n\tmov r0, r7\n\tmov lr, r8\n"                                       \
    "1:\n\tldmia r1!, {r8-r11}\n\tldr pc, [sp, #24]\n\t" entries

/* For windows of several runs: keeps the frame's last two words at [sp + 32], and goes back into the chain for each run. */
#define EU_QUAD_KEEP_RUNS "ldr r10, [r0, #36]\n\tldr r11, [r0, #40]\n\tpush {r10, r11}\n\t"
#define EU_QUAD_NEXT_RUN                                                                         \
    "ldr r2, [sp, #32]\n\tldr r3, [sp, #36]\n\tcmp r1, r2\n\tbeq 4f\n\tadd r0, r3\n\t"          \
    "ldr pc, [sp, #24]\n4:\n\t"

/* The last four inputs, which may overlap those before them (their weights are zero then): [sp + 32] is where they start
 * behind the others, 0 to -3. */
#define EU_QUAD_KEEP_LAST "ldr r10, [r0, #40]\n\tpush {r10, r11}\n\t"
#define EU_QUAD_LAST "ldr r2, [sp, #32]\n\tldr r2, [r0, r2]\n\t" EU_QUAD_STEP("r2")

/* Adds an int8 signal to the four values: frame word add[0], kept at [sp + 32], is where it lies seen from the output, then
 * come the slope of the values, the slope of the signal and the offset of eu_add_linear.c. */
#define EU_QUAD_KEEP_ADD "add r12, r0, #44\n\tldmia r12, {r8-r11}\n\tpush {r8-r11}\n\t"
#define EU_QUAD_ADD_VALUE(value, rotation)                                                       \
    "sxtb r7, r6" rotation "\n\tmla " value ", " value ", r3, r5\n\tmla " value ", r7, r4, " value "\n\t" \
    "ssat " value ", #8, " value ", asr #20\n\t"
#define EU_QUAD_ADD                                                                              \
    "add r1, sp, #32\n\tldmia r1, {r2-r5}\n\tldr r6, [lr, r2]\n\t"                              \
    EU_QUAD_ADD_VALUE("r8", "") EU_QUAD_ADD_VALUE("r9", ", ror #8")                              \
    EU_QUAD_ADD_VALUE("r10", ", ror #16") EU_QUAD_ADD_VALUE("r11", ", ror #24")

/* RELU on accumulators: the results of a negative one and of zero are the same there. */
#define EU_QUAD_RELU                                                                             \
    "bic r8, r8, r8, asr #31\n\tbic r9, r9, r9, asr #31\n\t"                                     \
    "bic r10, r10, r10, asr #31\n\tbic r11, r11, r11, asr #31\n\t"

/* r1-r6 hold the frame again: next row, or back to the caller. */
#define EU_QUAD_LEAVE(extra_bytes) \
    "add r0, r6\n\tcmp r0, r3\n\tbne 1b\n\tadd sp, #32 + " extra_bytes "\n\tpop {r4-r11, pc}"

/* acc * multiplier + offset in 64 bits for the four channels, high words into r8-r11 scaled and saturated by `op`:
 * the one-multiply requantization of emit/one_multiply.py. */
#define EU_QUAD_SCALE(op)                                                                        \
    "ldmia r1!, {r2-r7}\n\tsmlal r4, r5, r8, r2\n\tsmlal r6, r7, r9, r3\n\t"                     \
    op " r8, #8, r5, asr #4\n\t" op " r9, #8, r7, asr #4\n\t"                                    \
    "ldmia r1!, {r2-r7}\n\tsmlal r4, r5, r10, r2\n\tsmlal r6, r7, r11, r3\n\t"                   \
    op " r10, #8, r5, asr #4\n\t" op " r11, #8, r7, asr #4\n\t"

/* Double rounding of the doubled accumulators in r8-r11 into int8 values, as eu_conv_linear.c has it. */
#define EU_QUAD_ROUND_TWO(a, b)                                                                  \
    "ldmia r1!, {r2-r7}\n\tadd r3, r3, " a ", asr #31\n\tadd r6, r6, " b ", asr #31\n\t"       \
    "smmlar " a ", " a ", r2, r3\n\tsmmlar " b ", " b ", r5, r6\n\t"                            \
    "asr " a ", " a ", r4\n\tasr " b ", " b ", r7\n\tssat " a ", #8, " a "\n\tssat " b ", #8, " b "\n\t"
#define EU_QUAD_ROUND EU_QUAD_ROUND_TWO("r8", "r9") EU_QUAD_ROUND_TWO("r10", "r11")

/* Stores the four values in r8-r11, 0 .. 255 above low, as one word. */
#define EU_QUAD_STORE_CLAMPED                                                                    \
    "ldmia sp, {r1-r6}\n\torr r8, r8, r9, lsl #8\n\torr r10, r10, r11, lsl #8\n\t"             \
    "orr r8, r8, r10, lsl #16\n\tuqadd8 r8, r8, r4\n\tuadd8 r8, r8, r5\n\t"                    \
    "str r8, [lr]\n\tadd lr, r2\n\t"

/* Stores the four int8 values in r8-r11. */
#define EU_QUAD_STORE_BYTES                                                                      \
    "strb r8, [lr]\n\tstrb r9, [lr, #1]\n\tstrb r10, [lr, #2]\n\tstrb r11, [lr, #3]\n\t"      \
    "ldmia sp, {r1-r6}\n\tadd lr, r2\n\t"

/* Splits r2 groups of weights at r0 into SXTB16 order at r1, 8 words each, with `twice` applied to each four words; the end in lr. */
#define EU_QUAD_WIDEN(twice)                                                                     \
    "1:\n\tldmia r0!, {r4-r7}\n\t"                                                              \
    "sxtb16 r8, r4\n\tsxtb16 r9, r5\n\tsxtb16 r10, r6\n\tsxtb16 r11, r7\n\t"                     \
    twice("r8", "r9", "r10", "r11") "stmia r1!, {r8-r11}\n\t"                                   \
    "sxtb16 r4, r4, ror #8\n\tsxtb16 r5, r5, ror #8\n\tsxtb16 r6, r6, ror #8\n\t"               \
    "sxtb16 r7, r7, ror #8\n\t" twice("r4", "r5", "r6", "r7") "stmia r1!, {r4-r7}\n\t"          \
    "subs r2, #1\n\tbne 1b\n\tmov lr, r1\n\t"
#define EU_QUAD_ONCE(a, b, c, d) ""
#define EU_QUAD_TWICE(a, b, c, d)                                                                \
    "sadd16 " a ", " a ", " a "\n\tsadd16 " b ", " b ", " b "\n\t"                               \
    "sadd16 " c ", " c ", " c "\n\tsadd16 " d ", " d ", " d "\n\t"
