/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Sum of two int8 signals on different scales, as one straight line per operand:
 *
 *     out = min(max((a * a_slope + b * b_slope + offset) >> 20, -128), 127)
 *
 * That this equals TFLite's three requantizations is checked for all 65,536 pairs of operands when the kernel is chosen
 * (docs/HELIUM_KERNELS.md), and that no sum leaves int32. Eight values at a time. The shift is 16 bits into saturated int16, then 4
 * into saturated int8, both rounding: ((x + 2^15 >> 16) + 2^3) >> 4 = (x + 2^15 + 2^19) >> 20, as floors compose, so `rounded_offset`
 * is offset - 2^15 - 2^19. (Binutils 2.40 assembles the shifts that do not round as those that do.) The narrowing moves
 * interleave the two halves: the store scatters them back. out may be a or b. */
typedef struct {
    int32_t rows;
    int32_t channels; /* per row */
    int32_t a_pitch;
    int32_t b_pitch;
    int32_t out_pitch;
    int32_t a_slope;
    int32_t b_slope;
    int32_t rounded_offset;
} eu_elementwise_add_t;

/* r0 a, r1 b, r2 out; r5 b_slope, r6 rounded_offset, r7 values left; q6 a_slope in every lane, q7 = 0, 4, 1, 5, 2, 6, 3, 7. */
__attribute__((naked, noinline)) static void eu_elementwise_add_row(__attribute__((unused)) const int8_t *a,
                                                                    __attribute__((unused)) const int8_t *b,
                                                                    __attribute__((unused)) int8_t *out,
                                                                    __attribute__((unused))
                                                                    const eu_elementwise_add_t *p)
{
    __asm__(
        ".syntax unified\n\tpush {r4-r7, lr}\n\tvpush {d12-d15}\n\tldr r7, [r3, #4]\n\tldrd r4, r5, [r3, #20]\n\t"
        "ldr r6, [r3, #28]\n\tvdup.32 q6, r4\n\tmov r12, #0\n\tvidup.u32 q7, r12, #1\n\tvidup.u32 q0, r12, #1\n\tvmovnt.i32 q7, q0\n\t"
        "lsr lr, r7, #3\n\tand r7, r7, #7\n\twls lr, lr, 2f\n\t"
        "1:\n\t"
        "vldrb.s32 q0, [r0], #4\n\tvldrb.s32 q1, [r0], #4\n\tvldrb.s32 q2, [r1], #4\n\tvldrb.s32 q3, [r1], #4\n\t"
        "vmlas.s32 q0, q6, r6\n\tvmlas.s32 q1, q6, r6\n\tvmla.s32 q0, q2, r5\n\tvmla.s32 q1, q3, r5\n\t"
        "vqrshrnb.s32 q0, q0, #16\n\tvqrshrnt.s32 q0, q1, #16\n\tvqrshrnb.s16 q0, q0, #4\n\t"
        "vstrb.16 q0, [r2, q7]\n\tadds r2, #8\n\tle lr, 1b\n\t"
        "2:\n\tcmp r7, #0\n\tble 3f\n\t"
        "vctp.32 r7\n\tvpstt\n\tvldrbt.s32 q0, [r0], #4\n\tvldrbt.s32 q2, [r1], #4\n\t"
        "vmlas.s32 q0, q6, r6\n\tvmla.s32 q0, q2, r5\n\t"
        "vqrshrnb.s32 q0, q0, #16\n\tvqrshrnb.s16 q0, q0, #4\n\t"
        "vpst\n\tvstrbt.32 q0, [r2], #4\n\tsubs r7, #4\n\tb 2b\n\t"
        "3:\n\tvpop {d12-d15}\n\tpop {r4-r7, pc}");
}

static void eu_elementwise_add(const int8_t *a, const int8_t *b, int8_t *out, const eu_elementwise_add_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        eu_elementwise_add_row(a, b, out, p);
        a += p->a_pitch;
        b += p->b_pitch;
        out += p->out_pitch;
    }
}
