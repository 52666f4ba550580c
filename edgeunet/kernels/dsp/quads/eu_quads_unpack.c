/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Unpacking of quads for EU_QUADS_SCALE. */
#define EU_QUADS_UNPACK_TWO(multipliers, offsets) \
    "ldrd r4, r5, [r0, #" multipliers "]\n\tldrd r2, r3, [r0, #" offsets "]\n\t" \
    "smull r6, r7, r2, r12\n\tsmull r8, r9, r3, r12\n\tstmia r1!, {r4-r9}\n\t"

/* One quad for EU_QUADS_SCALE without biases (they are in the offsets): packed is groups of weights, 4 multipliers, 4 offsets
 * / 2^offset_shift. Returns the end of the widened weights; behind it per two channels multipliers, 64-bit offsets. */
EU_NAKED static int32_t *eu_quads_unpack(EU_UNUSED const int32_t *packed, EU_UNUSED int32_t *wide,
                                         EU_UNUSED int32_t groups, EU_UNUSED int32_t offset_shift)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {r4-r11, lr}\n\tmovs r4, #0\n\tmovs r5, #0\n\tmovs r6, #0\n\tmovs r7, #0\n\t"
            "stmia r1!, {r4-r7}\n\tmovs r12, #1\n\tlsl r12, r3\n" EU_QUADS_WIDEN(EU_QUADS_ONCE)
            EU_QUADS_UNPACK_TWO("0", "16") EU_QUADS_UNPACK_TWO("8", "24") "mov r0, lr\n\tpop {r4-r11, pc}");
    /* clang-format on */
}
