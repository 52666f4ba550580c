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
