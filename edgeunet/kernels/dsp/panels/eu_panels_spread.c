/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* The order of eu_panels.c for a Cortex-M7: each load at least two instructions before its use, between multiplies, from constant
 * offsets. Inputs of row 1 and the weights are loaded before the last two inputs are done, so that 8 bytes behind a panel and 4 behind the
 * weights are read and not used. */
#define EU_PANELS_SMLAD(sum, x, w) "smlad " sum ", " x ", " w ", " sum "\n\t"
#define EU_PANELS_SMUAD(sum, x, w) "smuad " sum ", " x ", " w "\n\t"
#define EU_PANELS_PAIR(mad, inputs, weights) \
    mad("r7", "r2", "r4") "ldr r3, [r0, #" #inputs "+8]\n\t" mad("r11", "r2", "r5") "ldr r2, [r0, #" #inputs "+12]\n\t" \
    mad("r8", "r3", "r4") mad("r12", "r3", "r5") "ldr r3, [r0, #" #inputs "]\n\t" mad("r9", "r2", "r4") \
    mad("lr", "r2", "r5") "ldr r2, [r0, #" #inputs "+20]\n\t" mad("r6", "r3", "r4") "ldr r4, [r1, #" #weights "+4]\n\t" \
    mad("r10", "r3", "r5") "sxtb16 r5, r4\n\t"

/* Four inputs of each row, so many bytes from where the addresses point to. */
#define EU_PANELS_GROUP(inputs, weights) \
    EU_PANELS_PAIR(EU_PANELS_SMLAD, inputs, weights) EU_PANELS_PAIR(EU_PANELS_SMLAD, inputs + 16, weights + 4)
#define EU_PANELS_READ "ldr r4, [r1]\n\tldr r2, [r0, #4]\n\tsxtb16 r5, r4\n\t"
#define EU_PANELS_SKIP "ldr r3, [sp, #8]\n\tadd r0, r3\n\tadd r1, r1, r3, asr #2\n\t"
/* The first four, which need no sums to add to; then to where the chain is entered. */
#define EU_PANELS_FIRST \
    EU_PANELS_READ EU_PANELS_PAIR(EU_PANELS_SMUAD, 0, 0) EU_PANELS_PAIR(EU_PANELS_SMLAD, 16, 4) EU_PANELS_SKIP
/* Before the chain is entered with sums. */
#define EU_PANELS_LOAD EU_PANELS_READ EU_PANELS_SKIP
/* Once more where the panel goes on. */
#define EU_PANELS_PASS "adds r0, #192\n\tadds r1, #48\n\tldr r3, [sp, #12]\n\tcmp r0, r3\n\tbne.w 16b\n\t"

/* The tails, up to the first stores: the same instructions as EU_PANELS_RELU_VALUES EU_PANELS_STORE_FIRST, say, in an order in which a
 * Cortex-M7 issues most of them two by two: found by search over its model of time. */
#define EU_PANELS_ADD_LINEAR EU_PANELS_LINEAR_VALUES EU_PANELS_ADD EU_PANELS_STORE_FIRST
#define EU_PANELS_LINEAR \
    "sub r7, r7, r11\n\tldr r5, [sp, #52]\n\tsub r9, r9, lr\n\tldmia r1!, {r2, r3}\n\tand r4, r3, #31\n\tsub r6, r6, r10\n\t" \
    "sub r8, r8, r12\n\tlsls r5, r4\n\tasrs r3, r3, #5\n\tadd r7, r3, r7, asr #7\n\tadd r8, r3, r8, asr #7\n\t" \
    "add r9, r3, r9, asr #7\n\tadd r6, r3, r6, asr #7\n\tadd r3, r5, r7, asr #31\n\tadd r0, r5, r6, asr #31\n\t" \
    "smmlar r6, r6, r2, r0\n\tsmmlar r7, r7, r2, r3\n\tadd r3, r5, r9, asr #31\n\tsmmlar r9, r9, r2, r3\n\tasr r6, r4\n\t" \
    "add r0, r5, r8, asr #31\n\tsmmlar r8, r8, r2, r0\n\tldmia r1!, {r2, r3}\n\tasr r9, r4\n\tssat r9, #8, r9, asr #1\n\t" \
    "ssat r6, #8, r6, asr #1\n\tasr r7, r4\n\tssat r7, #8, r7, asr #1\n\tldr r5, [sp, #52]\n\tasr r8, r4\n\tand r4, r3, #31\n\t" \
    "asrs r3, r3, #5\n\tadd r10, r3, r10, lsl #1\n\tssat r8, #8, r8, asr #1\n\tadd lr, r3, lr, lsl #1\n\tlsls r5, r4\n\t" \
    "add r0, r5, r10, asr #31\n\tadd r11, r3, r11, lsl #1\n\tsmmlar r10, r10, r2, r0\n\tadd r12, r3, r12, lsl #1\n\t" \
    "add r3, r5, r11, asr #31\n\tsmmlar r11, r11, r2, r3\n\tadd r3, r5, lr, asr #31\n\tsmmlar lr, lr, r2, r3\n\t" \
    "add r0, r5, r12, asr #31\n\tldr r5, [sp, #32]\n\tsmmlar r12, r12, r2, r0\n\tasr r11, r4\n\tssat r11, #8, r11, asr #1\n\t" \
    "ldr r2, [sp, #20]\n\tasr lr, r4\n\tasr r12, r4\n\tldr r0, [sp, #16]\n\tadd r2, r0\n\tldr r3, [sp, #24]\n\t" \
    "ssat r12, #8, r12, asr #1\n\tadd r3, r0\n\tasr r10, r4\n\tssat r10, #8, r10, asr #1\n\tldr r4, [sp, #28]\n\tstrb r12, [r3]\n\t" \
    "add r4, r0\n\tstrb r10, [r0]\n\tstrb r11, [r2]\n\tadds r0, #2\n\tssat lr, #8, lr, asr #1\n\tstrb lr, [r4]\n\tcmp r0, r5\n\t"
#define EU_PANELS_RELU \
    "sub r6, r6, r10\n\tsub r8, r8, r12\n\tldr r4, [sp, #52]\n\tsub r7, r7, r11\n\tldmia r1!, {r2, r3}\n\tadd r8, r3, r8, lsl #2\n\t" \
    "add r7, r3, r7, lsl #2\n\tsub r9, r9, lr\n\tbic r8, r8, r8, asr #31\n\tsmmla r8, r8, r2, r4\n\tadd r6, r3, r6, lsl #2\n\t" \
    "add r9, r3, r9, lsl #2\n\tbic r7, r7, r7, asr #31\n\tsmmla r7, r7, r2, r4\n\tbic r9, r9, r9, asr #31\n\tsmmla r9, r9, r2, r4\n\t" \
    "bic r6, r6, r6, asr #31\n\tsmmla r6, r6, r2, r4\n\tldmia r1!, {r2, r3}\n\tadd lr, r3, lr, lsl #10\n\tadd r11, r3, r11, lsl #10\n\t" \
    "ssat r6, #8, r6, asr #14\n\tadd r10, r3, r10, lsl #10\n\tldr r5, [sp, #32]\n\tadd r12, r3, r12, lsl #10\n\t" \
    "ssat r7, #8, r7, asr #14\n\tssat r9, #8, r9, asr #14\n\tssat r8, #8, r8, asr #14\n\tldr r0, [sp, #16]\n\t" \
    "bic r11, r11, r11, asr #31\n\tsmmla r11, r11, r2, r4\n\tbic r10, r10, r10, asr #31\n\tsmmla r10, r10, r2, r4\n\t" \
    "bic r12, r12, r12, asr #31\n\tsmmla r12, r12, r2, r4\n\tbic lr, lr, lr, asr #31\n\tsmmla lr, lr, r2, r4\n\tldr r4, [sp, #28]\n\t" \
    "add r4, r0\n\tldr r2, [sp, #20]\n\tadd r2, r0\n\tldr r3, [sp, #24]\n\tssat r11, #8, r11, asr #14\n\tstrb r11, [r2]\n\t" \
    "add r3, r0\n\tssat lr, #8, lr, asr #14\n\tssat r10, #8, r10, asr #14\n\tstrb r10, [r0]\n\tadds r0, #2\n\tcmp r0, r5\n\t" \
    "strb lr, [r4]\n\tssat r12, #8, r12, asr #14\n\tstrb r12, [r3]\n\t"
#define EU_PANELS_SATURATED \
    "sub r6, r6, r10\n\tsub r8, r8, r12\n\tsub r7, r7, r11\n\tsub r9, r9, lr\n\tldmia r1!, {r2, r3}\n\tadd r7, r3, r7, lsl #2\n\t" \
    "ldr r4, [sp, #52]\n\tsmmla r7, r7, r2, r4\n\tadd r8, r3, r8, lsl #2\n\tsmmla r8, r8, r2, r4\n\tadd r6, r3, r6, lsl #2\n\t" \
    "smmla r6, r6, r2, r4\n\tadd r9, r3, r9, lsl #2\n\tsmmla r9, r9, r2, r4\n\tldmia r1!, {r2, r3}\n\tadd lr, r3, lr, lsl #10\n\t" \
    "ldr r0, [sp, #16]\n\tsmmla lr, lr, r2, r4\n\tadd r12, r3, r12, lsl #10\n\tsmmla r12, r12, r2, r4\n\tadd r11, r3, r11, lsl #10\n\t" \
    "smmla r11, r11, r2, r4\n\tadd r10, r3, r10, lsl #10\n\tsmmla r10, r10, r2, r4\n\tldr r2, [sp, #20]\n\tadd r2, r0\n\t" \
    "ldr r4, [sp, #28]\n\tssat r10, #8, r10, asr #14\n\tssat r8, #8, r8, asr #14\n\tssat r12, #8, r12, asr #14\n\t" \
    "ssat r9, #8, r9, asr #14\n\tssat r7, #8, r7, asr #14\n\tssat r6, #8, r6, asr #14\n\tldr r5, [sp, #32]\n\tadd r4, r0\n\t" \
    "strb r10, [r0]\n\tssat lr, #8, lr, asr #14\n\tssat r11, #8, r11, asr #14\n\tstrb r11, [r2]\n\tldr r3, [sp, #24]\n\tadd r3, r0\n\t" \
    "adds r0, #2\n\tcmp r0, r5\n\tstrb lr, [r4]\n\tstrb r12, [r3]\n\t"
#define EU_PANELS_ADD_RELU \
    "sub r9, r9, lr\n\tldr r4, [sp, #52]\n\tsub r7, r7, r11\n\tsub r8, r8, r12\n\tldmia r1!, {r2, r3}\n\tadd r9, r3, r9, lsl #2\n\t" \
    "add r8, r3, r8, lsl #2\n\tadd r7, r3, r7, lsl #2\n\tsub r6, r6, r10\n\tbic r8, r8, r8, asr #31\n\tadd r6, r3, r6, lsl #2\n\t" \
    "smmla r8, r8, r2, r4\n\tbic r7, r7, r7, asr #31\n\tsmmla r7, r7, r2, r4\n\tbic r6, r6, r6, asr #31\n\tsmmla r6, r6, r2, r4\n\t" \
    "bic r9, r9, r9, asr #31\n\tsmmla r9, r9, r2, r4\n\tldmia r1!, {r2, r3}\n\tadd r10, r3, r10, lsl #10\n\t" \
    "ssat r9, #8, r9, asr #14\n\tadd lr, r3, lr, lsl #10\n\tldr r0, [sp, #16]\n\tstr r1, [sp, #104]\n\tadd r12, r3, r12, lsl #10\n\t" \
    "ssat r6, #8, r6, asr #14\n\tadd r11, r3, r11, lsl #10\n\tldr r1, [sp, #88]\n\tadd r1, r0\n\tbic r12, r12, r12, asr #31\n\t" \
    "smmla r12, r12, r2, r4\n\tbic r11, r11, r11, asr #31\n\tsmmla r11, r11, r2, r4\n\tbic r10, r10, r10, asr #31\n\t" \
    "smmla r10, r10, r2, r4\n\tldr r3, [sp, #96]\n\tssat r11, #8, r11, asr #14\n\tmov r0, r1\n\tbic lr, lr, lr, asr #31\n\t" \
    "smmla lr, lr, r2, r4\n\tldr r2, [sp, #92]\n\tssat r10, #8, r10, asr #14\n\tssat r7, #8, r7, asr #14\n\tldr r4, [sp, #100]\n\t" \
    "mla r6, r6, r2, r4\n\tmla r10, r10, r2, r4\n\tmla r11, r11, r2, r4\n\tssat r12, #8, r12, asr #14\n\tmla r9, r9, r2, r4\n\t" \
    "ssat r8, #8, r8, asr #14\n\tmla r7, r7, r2, r4\n\tldrsb r5, [r1]\n\tldrsb r1, [r1, #1]\n\tmla r6, r1, r3, r6\n\t" \
    "ldr r1, [sp, #20]\n\tadd r1, r0\n\tmla r10, r5, r3, r10\n\tssat r6, #8, r6, asr #20\n\tssat r10, #8, r10, asr #20\n\t" \
    "mla r12, r12, r2, r4\n\tldrsb r5, [r1]\n\tldrsb r1, [r1, #1]\n\tmla r7, r1, r3, r7\n\tldr r1, [sp, #24]\n\tadd r1, r0\n\t" \
    "mla r8, r8, r2, r4\n\tssat lr, #8, lr, asr #14\n\tmla r11, r5, r3, r11\n\tldrsb r5, [r1]\n\tldrsb r1, [r1, #1]\n\t" \
    "mla r8, r1, r3, r8\n\tldr r1, [sp, #28]\n\tmla r12, r5, r3, r12\n\tadd r1, r0\n\tssat r11, #8, r11, asr #20\n\t" \
    "ssat r12, #8, r12, asr #20\n\tmla lr, lr, r2, r4\n\tldrsb r5, [r1]\n\tldrsb r1, [r1, #1]\n\tmla lr, r5, r3, lr\n\t" \
    "ldr r2, [sp, #20]\n\tldr r4, [sp, #28]\n\tmla r9, r1, r3, r9\n\tssat lr, #8, lr, asr #20\n\tssat r7, #8, r7, asr #20\n\t" \
    "ldr r3, [sp, #24]\n\tldr r0, [sp, #16]\n\tadd r2, r0\n\tadd r3, r0\n\tstrb r10, [r0]\n\tadd r4, r0\n\tadds r0, #2\n\t" \
    "ldr r1, [sp, #104]\n\tssat r8, #8, r8, asr #20\n\tssat r9, #8, r9, asr #20\n\tstrb r12, [r3]\n\tldr r5, [sp, #32]\n\t" \
    "cmp r0, r5\n\tstrb r11, [r2]\n\tstrb lr, [r4]\n\t"
