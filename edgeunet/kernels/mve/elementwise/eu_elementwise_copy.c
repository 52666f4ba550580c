/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Copies outer blocks of rows runs of bytes, sixteen at a time. in and out do not overlap, but for nearest upsampling, where a block
 * is one row of inputs and as many of outputs: then no block may write over what later ones read. */
typedef struct {
    int32_t outer;
    int32_t rows;
    int32_t bytes;
    int32_t in_pitch; /* bytes between runs */
    int32_t in_jump;  /* bytes between blocks */
    int32_t out_pitch;
    int32_t out_jump;
} eu_elementwise_copy_t;

/* r3 outer, r4 rows, r5 bytes, r6 in_pitch, r7 in_jump, r8 out_pitch, r9 out_jump; runs of up to sixteen bytes have a loop of
 * their own. */
__attribute__((naked, noinline)) static void eu_elementwise_copy(__attribute__((unused)) const int8_t *in,
                                                                 __attribute__((unused)) int8_t *out,
                                                                 __attribute__((unused)) const eu_elementwise_copy_t *p)
{
    __asm__(
        ".syntax unified\n\tpush {r4-r11, lr}\n\tldm r2, {r3-r9}\n\tcmp r5, #16\n\tbgt 3f\n\tvctp.8 r5\n\t"
        "1:\n\tmov r10, r0\n\tmov r11, r1\n\tdls lr, r4\n\t"
        "2:\n\tvpstt\n\tvldrbt.8 q0, [r10]\n\tvstrbt.8 q0, [r11]\n\tadd r10, r10, r6\n\tadd r11, r11, r8\n\tle lr, 2b\n\t"
        "add r0, r0, r7\n\tadd r1, r1, r9\n\tsubs r3, r3, #1\n\tbne 1b\n\tpop {r4-r11, pc}\n\t"
        "3:\n\tadd r12, r5, #15\n\tbic r12, r12, #15\n\tsub r6, r6, r12\n\tsub r8, r8, r12\n\t"
        "4:\n\tmov r10, r0\n\tmov r11, r1\n\tmov r2, r4\n\t"
        "5:\n\tdlstp.8 lr, r5\n\t"
        "6:\n\tvldrb.8 q0, [r10], #16\n\tvstrb.8 q0, [r11], #16\n\tletp lr, 6b\n\t"
        "add r10, r10, r6\n\tadd r11, r11, r8\n\tsubs r2, r2, #1\n\tbne 5b\n\t"
        "add r0, r0, r7\n\tadd r1, r1, r9\n\tsubs r3, r3, #1\n\tbne 4b\n\tpop {r4-r11, pc}");
}
