/* Convolution whose window is one run of at most 64 bytes (multiple of 4), clamped from below at its zero point or higher:
 *
 *     acc[r][n] = bias[n] + sum over k < 4 * groups of in[r * in_step + k] * w[n][k]
 *     u = min(max((acc * multiplier[n] + offset[n]) >> 36, 0), 255)             offset = offset[n] + base * 2^32
 *     out[r * out_step + n] = min(u, high - low) + low + zero_point
 *
 * |acc| < 2^31 is proven per channel; 0 < multiplier < 2^31, so the 64-bit sum is below 2^62 + 2^43. That this equals the
 * doubly rounded requantization is decided per channel by emit/one_multiply.py, for every accumulator that can occur.
 * The bytes of a quad are added with unsigned saturation (UQADD8), which cuts at high, then moved to their place.
 * outputs not a multiple of four: the last quad also writes the first bytes of the next row, so it runs first, and
 * its last row is left to the caller's other path. */
typedef struct {
    const int32_t *weights; /* per quad: bias[4], groups x 4 words, multiplier[4], offset[4] */
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t quads;
    int32_t groups;
    int32_t base;
    uint32_t above; /* see eu_quad.c */
    uint32_t below;
} eu_conv_clamped_t;

EU_NAKED static void eu_conv_clamped_rows(EU_UNUSED const eu_quad_rows_t *frame)
{
    __asm__(EU_QUAD_ENTER("") EU_QUAD_CHAIN("28") EU_QUAD_SCALE("usat")
            "ldmia sp, {r1-r6}\n\torr r8, r8, r9, lsl #8\n\torr r10, r10, r11, lsl #8\n\torr r8, r8, r10, lsl #16\n\t"
            "uqadd8 r8, r8, r4\n\tuadd8 r8, r8, r5\n\tstr r8, [lr]\n\tadd lr, r2\n\t" EU_QUAD_LEAVE("0"));
}

static void eu_conv_clamped(const int8_t *in, int8_t *out, const eu_conv_clamped_t *p, int32_t *wide)
{
    const int32_t *w = p->weights;
    eu_quad_rows_t frame = {wide, p->out_step, in + p->rows * p->in_step, p->above, p->below, p->in_step - 4 * p->groups,
                            in, out, p->groups};
    for (int32_t q = 0; q < p->quads; q++) {
        eu_quad_unpack(w, wide, p->groups, p->base);
        eu_conv_clamped_rows(&frame);
        w += 12 + 4 * p->groups;
        frame.out += 4;
    }
}
