/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Maximum over 2 or 3 rows every `stride` rows, sixteen channels at a time:
 *
 *     out[r * out_step + n] = max over k < kernel of in[r * in_step + k * pitch + n] */
typedef struct {
    int32_t rows;
    int32_t in_step;
    int32_t pitch;
    int32_t out_step;
    int32_t channels;
    int32_t kernel;
} eu_elementwise_max_t;

/* r0 in, r1 out, r2 second row, r3 third row (the second again for a kernel of 2); r4 in_step, r5 out_step; p0 the channels. */
__attribute__((naked, noinline)) static void eu_elementwise_max_chunk(__attribute__((unused)) const int8_t *in,
                                                                      __attribute__((unused)) int8_t *out,
                                                                      __attribute__((unused))
                                                                      const eu_elementwise_max_t *p,
                                                                      __attribute__((unused)) int32_t channels)
{
    __asm__(".syntax unified\n\tpush {r4-r6, lr}\n\tvctp.8 r3\n\tldrd lr, r4, [r2]\n\tldrd r6, r5, [r2, #8]\n\t"
            "ldr r3, [r2, #20]\n\tadd r2, r0, r6\n\tcmp r3, #2\n\tite eq\n\tmoveq r3, r2\n\taddne r3, r2, r6\n\t"
            "dls lr, lr\n1:\n\t"
            "vpsttt\n\tvldrbt.8 q0, [r0]\n\tvldrbt.8 q1, [r2]\n\tvldrbt.8 q2, [r3]\n\t"
            "vmax.s8 q0, q0, q1\n\tvmax.s8 q0, q0, q2\n\tvpst\n\tvstrbt.8 q0, [r1]\n\t"
            "add r0, r4\n\tadd r2, r4\n\tadd r3, r4\n\tadd r1, r5\n\tle lr, 1b\n\tpop {r4-r6, pc}");
}

static void eu_elementwise_max(const int8_t *in, int8_t *out, const eu_elementwise_max_t *p)
{
    for (int32_t n = 0; n < p->channels; n += 16) {
        eu_elementwise_max_chunk(in + n, out + n, p, p->channels - n);
    }
}
