/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* 1x1 convolution of a single channel onto the whole int8 range. Quads of channels that are straight lines run as in
 * eu_single_conv_saturated.c; of the others each channel is requantized in two roundings:
 *
 *     acc = 2 * (bias + in[r] * weight)
 *     y = (acc * multiplier + 2^31 >> 32) + rounding + (acc >> 31)        rounding = 2^(shift-1) + zero_point * 2^shift
 *     out[r * out_step + n] = min(max(y >> shift, -128), 127)
 *
 * Bounds and exactness as in eu_quads.c. Inputs lie without gaps; outputs is a multiple of four. */
typedef struct {
    const int32_t *lines;   /* per straight quad: slope[4], offset[4] */
    const int32_t *rounded; /* per channel of the others: 2 * weight, 2 * bias, multiplier, rounding, shift */
    const int8_t *straight; /* per quad: 1 or 0 */
    int32_t rows;
    int32_t out_step;
    int32_t outputs;
} eu_single_conv_linear_t;

typedef struct {
    const int8_t *in;         /* r0 */
    const int8_t *end;        /* r1 */
    int8_t *out;              /* r2 */
    int32_t out_step;         /* r3 */
    const int32_t *constants; /* r4, then r4-r8 */
} eu_single_conv_linear_rows_t;

EU_NAKED static void eu_single_conv_linear_loop(EU_UNUSED const eu_single_conv_linear_rows_t *frame)
{
    __asm__(".syntax unified\n\tpush {r4-r10, lr}\n\tldmia r0, {r0-r4}\n\tldmia r4, {r4-r8}\n"
            "1:\n\tldrsb r9, [r0], #1\n\tmla r9, r9, r4, r5\n\tadd r10, r7, r9, asr #31\n\tsmmlar r9, r9, r6, r10\n\t"
            "asr r9, r8\n\tssat r9, #8, r9\n\tstrb r9, [r2]\n\tadd r2, r3\n\tcmp r0, r1\n\tbne 1b\n\tpop {r4-r10, pc}");
}

static void eu_single_conv_linear(const int8_t *in, int8_t *out, const eu_single_conv_linear_t *p)
{
    const int32_t *lines = p->lines;
    const int32_t *rounded = p->rounded;
    for (int32_t n = 0; n < p->outputs; n += 4) {
        if (p->straight[n / 4]) {
            const eu_single_conv_saturated_t quad = {lines, p->rows, p->out_step, 4};
            eu_single_conv_saturated(in, out + n, &quad);
            lines += 8;
        } else {
            for (int32_t i = n; i < n + 4; i++) {
                const eu_single_conv_linear_rows_t channel = {in, in + p->rows, out + i, p->out_step, rounded};
                eu_single_conv_linear_loop(&channel);
                rounded += 5;
            }
        }
    }
}
