/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Unpacking of quads for EU_QUADS_ROUND (see eu_quads.c): weights and biases are doubled, so that one SMMLAR of an
 * accumulator and a multiplier is TFLite's SaturatingRoundingDoublingHighMul. */
#define EU_QUADS_UNPACK_ONE(multiplier, rotation) \
    "uxtb r10, r8" rotation "\n\tsub r9, r10, #1\n\tlsl r9, r3, r9\n\tstmia r1!, {" multiplier ", r9, r10}\n\t"

/* One quad: packed is 4 biases, groups of weights, 4 multipliers and one word of 4 shifts (bytes). Returns the end of the
 * widened weights; behind it per channel multiplier, 2^(shift-1) + zero_point * 2^shift, shift. */
EU_NAKED static int32_t *eu_quads_unpack_doubled(EU_UNUSED const int32_t *packed, EU_UNUSED int32_t *wide,
                                                 EU_UNUSED int32_t groups, EU_UNUSED int32_t zero_point)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {r4-r11, lr}\n\tldmia r0!, {r4-r7}\n\tlsls r4, #1\n\tlsls r5, #1\n\tlsls r6, #1\n\t"
            "lsls r7, #1\n\tstmia r1!, {r4-r7}\n\tlsls r3, #1\n\tadds r3, #1\n" EU_QUADS_WIDEN(EU_QUADS_TWICE)
            "ldmia r0, {r4-r8}\n\t" EU_QUADS_UNPACK_ONE("r4", "") EU_QUADS_UNPACK_ONE("r5", ", ror #8")
            EU_QUADS_UNPACK_ONE("r6", ", ror #16") EU_QUADS_UNPACK_ONE("r7", ", ror #24") "mov r0, lr\n\tpop {r4-r11, pc}");
    /* clang-format on */
}
