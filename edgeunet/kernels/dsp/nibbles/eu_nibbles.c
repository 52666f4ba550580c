/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for four rows of two channels with weights of four bits share (Cortex-M4/M7/M33): those of eu_panels.c, whose panels,
 * frames, registers and stores these are. Two channels' weights share a byte, and four inputs' bytes a word:
 *
 *     h[k] = 16 * w[n + 1][k] + w[n][k] >= -128       both[r] += x[r][k] * h[k] + x[r][k + 2] * h[k + 2]
 *     16 * w[n] = (h << 4) & 0xf0, SXTB16             first[r] += x[r][k] * 16 * w[n][k] + x[r][k + 2] * 16 * w[n][k + 2]
 *
 * so that 16 times the channel's sums are first and both - first / 16. 16 products take 8 SMLAD, 4 instructions to unpack and 5 loads. The
 * tails are those of eu_panels.c, but that one product takes 16384 * acc in place of 1024 * acc, and |16384 * acc| < 2^31 is proven. */
#define EU_NIBBLES_SMLAD(sum, x, w) "smlad " sum ", " x ", " w ", " sum "\n\t"
#define EU_NIBBLES_SMUAD(sum, x, w) "smuad " sum ", " x ", " w "\n\t"
#define EU_NIBBLES_ROW(mad, both, first, x) mad(both, x, "r4") mad(first, x, "r5")
#define EU_NIBBLES_PAIR(mad, weights, turn) \
    "ldr r4, [r1]" weights "\n\tldr r2, [r0, #4]\n\tldr r3, [r0, #8]\n\tlsls r5, r4, #4\n\tsxtb16 r4, r4" turn "\n\t" \
    "and r5, r5, #0xf0f0f0f0\n\tsxtb16 r5, r5" turn "\n\t" \
    EU_NIBBLES_ROW(mad, "r7", "r11", "r2") EU_NIBBLES_ROW(mad, "r8", "r12", "r3") \
    "ldr r2, [r0, #12]\n\tldr r3, [r0], #16\n\t" EU_NIBBLES_ROW(mad, "r9", "lr", "r2") EU_NIBBLES_ROW(mad, "r6", "r10", "r3")

/* Four inputs of each row; the addresses run along with them. The first four need no sums to add to. */
#define EU_NIBBLES_OTHERS EU_NIBBLES_PAIR(EU_NIBBLES_SMLAD, ", #4", ", ror #8")
#define EU_NIBBLES_GROUP EU_NIBBLES_PAIR(EU_NIBBLES_SMLAD, "", "") EU_NIBBLES_OTHERS
#define EU_NIBBLES_FIRST EU_NIBBLES_PAIR(EU_NIBBLES_SMUAD, "", "") EU_NIBBLES_OTHERS

/* The sums: of the first four inputs, then, from where the frame says, of up to 24 until the panel ends. */
#define EU_NIBBLES_CHAIN \
    "ldr pc, [sp, #4]\n" EU_PANELS_ENTRIES \
    "16:\n\t" EU_NIBBLES_GROUP "15:\n\t" EU_NIBBLES_GROUP "14:\n\t" EU_NIBBLES_GROUP \
    "13:\n\t" EU_NIBBLES_GROUP "12:\n\t" EU_NIBBLES_GROUP "11:\n\t" EU_NIBBLES_GROUP \
    "10:\n\tldr r2, [sp, #12]\n\tcmp r0, r2\n\tbne.w 16b\n\t"

/* The tails, up to the first stores. */
#define EU_NIBBLES_APART \
    "sub r6, r6, r10, asr #4\n\tsub r7, r7, r11, asr #4\n\tsub r8, r8, r12, asr #4\n\tsub r9, r9, lr, asr #4\n\t"
#define EU_NIBBLES_LINEAR_VALUES \
    EU_NIBBLES_APART EU_PANELS_CONSTANTS EU_PANELS_ADD_UP("r6", "r7", "r8", "r9", "asr #3") EU_PANELS_ROUND("r6", "r7", "r8", "r9") \
    EU_PANELS_CONSTANTS EU_PANELS_ADD_UP("r10", "r11", "r12", "lr", "asr #3") EU_PANELS_ROUND("r10", "r11", "r12", "lr")
#define EU_NIBBLES_BY_PRODUCT(before) \
    "ldmia r1!, {r2, r3}\n\tldr r4, [sp, #52]\n\t" EU_NIBBLES_APART EU_PANELS_ADD_UP("r6", "r7", "r8", "r9", "lsl #10") before("r6", "r7", "r8", "r9") \
    EU_PANELS_HIGH("r6", "r7", "r8", "r9") "ldmia r1!, {r2, r3}\n\t" EU_PANELS_CUT_HIGH("r6", "r7", "r8", "r9") \
    EU_PANELS_ADD_UP("r10", "r11", "r12", "lr", "lsl #10") before("r10", "r11", "r12", "lr") \
    EU_PANELS_HIGH("r10", "r11", "r12", "lr") EU_PANELS_CUT_HIGH("r10", "r11", "r12", "lr")
#define EU_NIBBLES_RELU_VALUES EU_NIBBLES_BY_PRODUCT(EU_PANELS_RECTIFY)
#define EU_NIBBLES_LINEAR EU_NIBBLES_LINEAR_VALUES EU_PANELS_STORE_FIRST
#define EU_NIBBLES_RELU EU_NIBBLES_RELU_VALUES EU_PANELS_STORE_FIRST
#define EU_NIBBLES_SATURATED EU_NIBBLES_BY_PRODUCT(EU_PANELS_LEAVE) EU_PANELS_STORE_FIRST
#define EU_NIBBLES_ADD_LINEAR EU_NIBBLES_LINEAR_VALUES EU_PANELS_ADD EU_PANELS_STORE_FIRST
#define EU_NIBBLES_ADD_RELU EU_NIBBLES_RELU_VALUES EU_PANELS_ADD EU_PANELS_STORE_FIRST
