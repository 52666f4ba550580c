/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* 1x1 convolution of a single channel. A result depends on one int8 value, so multiplication and requantization are one straight
 * line per output channel:
 *
 *     u = min(max((in[r] * slope[n] + offset[n]) >> 20, 0), 255)
 *     out[r * out_step + n] = min(u, high - low) + low + zero_point           (as in eu_quads.c)
 *
 * That this equals TFLite's arithmetic, and that no sum leaves int32, is checked for all 256 inputs and every channel when the kernel is
 * chosen (docs/DSP_KERNELS.md). Inputs lie without gaps; outputs is a multiple of four. */
typedef struct {
    const int32_t *lines; /* per quad: slope[4], offset[4] */
    int32_t rows;
    int32_t out_step;
    int32_t outputs;
    uint32_t above; /* see eu_quads.c */
    uint32_t below;
} eu_single_conv_clamped_t;

typedef struct {
    int32_t out_step;     /* r1 */
    const int8_t *end;    /* r2 */
    const int32_t *lines; /* r3 */
    int8_t *out;          /* r4, then lr */
    uint32_t above;
    uint32_t below;
    const int8_t *in;
} eu_single_conv_clamped_rows_t;

EU_NAKED static void eu_single_conv_clamped_loop(EU_UNUSED const eu_single_conv_clamped_rows_t *frame)
{
    __asm__(".syntax unified\n\tpush {r4-r11, lr}\n\tldmia r0, {r1-r4}\n\t"
            "ldrd r6, r7, [r0, #16]\n\tpush {r1, r2, r6, r7}\n\t"
            "mov lr, r4\n\tldr r0, [r0, #24]\n\t"
            "ldmia r3, {r4-r11}\n1:\n\tldrsb r3, [r0], #1\n\t"
            "mla r12, r3, r4, r8\n\tusat r12, #8, r12, asr #20\n\t"
            "mla r1, r3, r5, r9\n\tusat r1, #8, r1, asr #20\n\torr r12, r12, r1, lsl #8\n\t"
            "mla r1, r3, r6, r10\n\tusat r1, #8, r1, asr #20\n\torr r12, r12, r1, lsl #16\n\t"
            "mla r1, r3, r7, r11\n\tusat r1, #8, r1, asr #20\n\torr r12, r12, r1, lsl #24\n\t"
            "ldrd r1, r2, [sp, #8]\n\tuqadd8 r12, r12, r1\n\tuadd8 r12, r12, r2\n\tstr r12, [lr]\n\t"
            "ldrd r1, r2, [sp]\n\tadd lr, r1\n\tcmp r0, r2\n\tbne 1b\n\tadd sp, #16\n\tpop {r4-r11, pc}");
}

static void eu_single_conv_clamped(const int8_t *in, int8_t *out, const eu_single_conv_clamped_t *p)
{
    for (int32_t n = 0; n < p->outputs; n += 4) {
        const eu_single_conv_clamped_rows_t frame = {
            p->out_step, in + p->rows, p->lines + 2 * n, out + n, p->above, p->below, in};
        eu_single_conv_clamped_loop(&frame);
    }
}
