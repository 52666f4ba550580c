/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* The order of eu_panels.c for a Cortex-M4, on which loads side by side take a cycle each and one more for all, and for an M33, whose
 * next instruction must not use what a load brings. */
#define EU_PANELS_SMLAD(sum, x, w) "smlad " sum ", " x ", " w ", " sum "\n\t"
#define EU_PANELS_SMUAD(sum, x, w) "smuad " sum ", " x ", " w "\n\t"
#define EU_PANELS_ROW(mad, both, first, x) mad(both, x, "r4") mad(first, x, "r5")
#define EU_PANELS_PAIR(mad) \
    "ldr r4, [r1], #4\n\tldr r2, [r0, #4]\n\tldr r3, [r0, #8]\n\tsxtb16 r5, r4\n\t" \
    EU_PANELS_ROW(mad, "r7", "r11", "r2") EU_PANELS_ROW(mad, "r8", "r12", "r3") \
    "ldr r2, [r0, #12]\n\tldr r3, [r0], #16\n\t" EU_PANELS_ROW(mad, "r9", "lr", "r2") EU_PANELS_ROW(mad, "r6", "r10", "r3")

/* Four inputs of each row; the addresses run along with them. */
#define EU_PANELS_GROUP(inputs, weights) EU_PANELS_PAIR(EU_PANELS_SMLAD) EU_PANELS_PAIR(EU_PANELS_SMLAD)
/* The first four, which need no sums to add to. */
#define EU_PANELS_FIRST EU_PANELS_PAIR(EU_PANELS_SMUAD) EU_PANELS_PAIR(EU_PANELS_SMLAD)
/* Before the chain is entered with sums. */
#define EU_PANELS_LOAD ""
/* Once more where the panel goes on. */
#define EU_PANELS_PASS "ldr r2, [sp, #12]\n\tcmp r0, r2\n\tbne.w 16b\n\t"

/* The tails, up to the first stores. */
#define EU_PANELS_LINEAR EU_PANELS_LINEAR_VALUES EU_PANELS_STORE_FIRST
#define EU_PANELS_RELU EU_PANELS_RELU_VALUES EU_PANELS_STORE_FIRST
#define EU_PANELS_SATURATED EU_PANELS_SATURATED_VALUES EU_PANELS_STORE_FIRST
#define EU_PANELS_ADD_LINEAR EU_PANELS_LINEAR_VALUES EU_PANELS_ADD EU_PANELS_STORE_FIRST
#define EU_PANELS_ADD_RELU EU_PANELS_RELU_VALUES EU_PANELS_ADD EU_PANELS_STORE_FIRST
