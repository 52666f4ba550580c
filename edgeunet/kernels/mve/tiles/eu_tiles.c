/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Convolutions on Helium, rows in pairs and output channels in fours; the loops are written per shape (docs/HELIUM_KERNELS.md):
 *
 *     acc[r][n] = bias[n] + sum over k < inputs of in[r * in_step + k] * w[n][k]      (one run of bytes, or two: a and b)
 *     out[r * out_step + n] = min(max(requantize(acc, multiplier[n], shift[n]) + zero_point, low), high)
 *
 * |acc| < 2^31 and shift <= 0 are proven per channel. An odd number of rows ends with the last two rows: one is computed
 * twice. */
typedef void eu_tiles_loop_t(void);

typedef struct {
    const int32_t *stream; /* per quad: 4 biases, weights (16 inputs or fewer, by channel), multipliers, shifts */
    int32_t rows;
    int32_t addend; /* the output's zero point, where the function adds it */
    int16_t a_pair; /* bytes of a from one pair of rows to the next; 0 where there is one row */
    int16_t b_step; /* bytes of b from one row to the next */
    int16_t outputs;
    int16_t out_step;
} eu_tiles_t;

/* Puts on the stack and into registers what the loops want (docs/HELIUM_KERNELS.md), at 1 for r12 pairs of rows. An odd
 * number of rows calls that for the pairs before the last row, then goes there for the last pair. In assembly because a
 * stream calls this often for few rows; offsets are those of eu_tiles_t. */
__attribute__((naked, noinline)) static void eu_tiles(__attribute__((unused)) const int8_t *a,
                                                      __attribute__((unused)) const int8_t *b,
                                                      __attribute__((unused)) int8_t *out,
                                                      __attribute__((unused)) const eu_tiles_t *p,
                                                      __attribute__((unused)) eu_tiles_loop_t *loop)
{
    __asm__ volatile(
        ".syntax unified\n\tldr r12, [r3, #4]\n\tlsrs r12, r12, #1\n\tbcs 2f\n"
        "1:\n\tpush {r4-r11, lr}\n\tvpush {d8-d15}\n\tmov r8, r12\n\tldr r12, [sp, #100]\n\t"
        "ldr r4, [r3]\n\tldr r6, [r3, #8]\n\tldrsh r10, [r3, #12]\n\tldrsh r5, [r3, #16]\n\tldrsh r3, [r3, #18]\n\t"
        "mov r9, r0\n\tmov r7, r1\n\tmla r1, r8, r10, r9\n\tmov r0, r2\n\tsubs r2, r5, r3\n\tpush {r1-r7}\n\t"
        "mov r1, r0\n\tadd r3, r3, r0\n\tblx r12\n\tadd sp, sp, #28\n\tvpop {d8-d15}\n\tpop {r4-r11, pc}\n"
        "2:\n\tbeq 3f\n\tpush {r0-r5, lr}\n\tldr r4, [sp, #28]\n\tpush {r4, r5}\n\tbl 1b\n\tadd sp, sp, #8\n\tpop {r0-r3}\n\t"
        "ldr r12, [r3, #4]\n\tsub r12, r12, #2\n\tldrsh r4, [r3, #12]\n\tlsrs r4, r4, #1\n\tmla r0, r12, r4, r0\n\t"
        "ldrsh r4, [r3, #14]\n\tmla r1, r12, r4, r1\n\tldrsh r4, [r3, #18]\n\tmla r2, r12, r4, r2\n\tpop {r4, r5, lr}\n"
        "3:\n\tmov r12, #1\n\tb 1b" ::
            : "memory");
}
