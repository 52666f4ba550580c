/* tiny_mve: kernels, arguments and the network itself.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  mve, for Cortex-M55, M85 (Helium)
 * command  edgeunet export-c --kernels mve --mode window
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#include "tiny_mve.h"

#include <stddef.h>
#include <string.h>

#if TINY_MVE_DIGEST != 0x7E0C6EB9UL
#error "this file and tiny_mve.h come from different runs of edgeunet export-c; use files of one run"
#endif

#ifndef __ARM_FEATURE_MVE
#error "mve kernels are for Cortex-M55, M85 (Helium): set -mcpu to one of these, or export with --kernels portable"
#endif

#if defined(__ARM_BIG_ENDIAN) || (defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
#error "these kernels take four bytes for a word, lowest first: compile with -mlittle-endian, or export with --kernels portable"
#endif

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

/* Sets rows of bytes to a value: the padding around a signal, or a whole signal. */
static void eu_fill(int8_t *out, int32_t rows, int32_t pitch, int32_t bytes, int32_t value)
{
    for (int32_t r = 0; r < rows; r++) {
        memset(out, value, (size_t)bytes);
        out += pitch;
    }
}

/* Convolutions of at most 16 inputs on Helium, blocks of four rows and four channels; the functions are written per shape
 * (docs/HELIUM_KERNELS.md):
 *
 *     acc[r][n] = bias[n] + sum over k < inputs of in[r * in_step + k] * w[n][k]
 *     out[r * out_step + n] = min(max(requantize(acc, multiplier[n], shift[n]) + zero_point, low), high)
 *
 * |acc| < 2^31 and shift <= 0 are proven per channel. out and out_step are multiples of 4. */
typedef struct {
    const int32_t *stream; /* per two channels: weights, biases, multipliers, shifts (if they differ) */
    int32_t outputs;       /* a multiple of 4 */
    int32_t fours;         /* of rows */
    int32_t out_step;
    int32_t zero_point;
} eu_tiles_blocks_t;

/* Depthwise convolution of few rows on Helium, eight channels of a row at a time; the functions are written per way to sum a
 * window (docs/HELIUM_KERNELS.md):
 *
 *     acc[r][n] = bias[n] + sum over t < taps of in[r * in_step + t * tap_step + n] * weights[n][t]
 *     out[r * out_step + n] = min(max(requantize(acc, multiplier[n], shift[n]) + zero_point, -128), 127)
 *
 * |acc| < 2^31 and shift < 0 are proven per channel. */
typedef struct {
    const int32_t *stream; /* per 8 channels (filled up): weights by tap, biases, multipliers (even, odd), shifts */
    int32_t channels;
    int32_t rows;
    int32_t in_step;
    int32_t tap_step;
    int32_t out_step;
    int32_t zero_point;
} eu_channels_t;

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

__attribute__((naked, noinline)) static void eu_tiles_blocks_cc39d0(__attribute__((unused)) const int8_t *in,
                                                                    __attribute__((unused)) int8_t *out,
                                                                    __attribute__((unused)) const eu_tiles_blocks_t *p)
{
    __asm__(".syntax unified\n\t"
            "push {r4-r11, lr}\n\t"
            "vpush {d8-d15}\n\t"
            "mov r9, r0\n\t"
            "ldm r2, {r3-r7}\n\t"
            "movs r0, #0\n\t"
            "vidup.u32 q7, r0, #1\n\t"
            "vmul.i32 q7, q7, r6\n\t"
            "subs r1, r1, #4\n\t"
            "vadd.i32 q7, q7, r1\n\t"
            "movs r0, #16\n\t"
            "mla r5, r5, r0, r9\n\t"
            "rsb r6, r4, r6, lsl #2\n\t"
            "push {r3-r6}\n\t"
            "movs r2, #12\n\t"
            "vctp.8 r2\n\t"
            "1:\n\t"
            "ldrd r5, r11, [sp]\n\t"
            "vpstttt\n\t"
            "vldrbt.8 q0, [r9, #0]\n\t"
            "vldrbt.8 q1, [r9, #4]\n\t"
            "vldrbt.8 q2, [r9, #8]\n\t"
            "vldrbt.8 q3, [r9, #12]\n\t"
            "2:\n\t"
            "vldrb.8 q4, [r5], #12\n\t"
            "vmladav.s8 r0, q0, q4\n\t"
            "vmladav.s8 r2, q1, q4\n\t"
            "vmladav.s8 r4, q2, q4\n\t"
            "vmladav.s8 r6, q3, q4\n\t"
            "vldrb.8 q4, [r5], #12\n\t"
            "vmladav.s8 r8, q0, q4\n\t"
            "vmladav.s8 r10, q1, q4\n\t"
            "vmladav.s8 r12, q2, q4\n\t"
            "vmladav.s8 lr, q3, q4\n\t"
            "vmov q4[2], q4[0], r0, r4\n\t"
            "vmov q4[3], q4[1], r2, r6\n\t"
            "ldm r5!, {r0, r1, r2, r3, r4, r6}\n\t"
            "vadd.i32 q4, q4, r0\n\t"
            "vqrdmulh.s32 q4, q4, r2\n\t"
            "vrshl.s32 q4, r4\n\t"
            "vqmovunb.s32 q5, q4\n\t"
            "vmov q4[2], q4[0], r8, r12\n\t"
            "vmov q4[3], q4[1], r10, lr\n\t"
            "vadd.i32 q4, q4, r1\n\t"
            "vqrdmulh.s32 q4, q4, r3\n\t"
            "vrshl.s32 q4, r6\n\t"
            "vqmovunb.s32 q6, q4\n\t"
            "vldrb.8 q4, [r5], #12\n\t"
            "vmladav.s8 r0, q0, q4\n\t"
            "vmladav.s8 r2, q1, q4\n\t"
            "vmladav.s8 r4, q2, q4\n\t"
            "vmladav.s8 r6, q3, q4\n\t"
            "vldrb.8 q4, [r5], #12\n\t"
            "vmladav.s8 r8, q0, q4\n\t"
            "vmladav.s8 r10, q1, q4\n\t"
            "vmladav.s8 r12, q2, q4\n\t"
            "vmladav.s8 lr, q3, q4\n\t"
            "vmov q4[2], q4[0], r0, r4\n\t"
            "vmov q4[3], q4[1], r2, r6\n\t"
            "ldm r5!, {r0, r1, r2, r3, r4, r6}\n\t"
            "vadd.i32 q4, q4, r0\n\t"
            "vqrdmulh.s32 q4, q4, r2\n\t"
            "vrshl.s32 q4, r4\n\t"
            "vqmovunt.s32 q5, q4\n\t"
            "vmov q4[2], q4[0], r8, r12\n\t"
            "vmov q4[3], q4[1], r10, lr\n\t"
            "vadd.i32 q4, q4, r1\n\t"
            "vqrdmulh.s32 q4, q4, r3\n\t"
            "vrshl.s32 q4, r6\n\t"
            "vqmovunt.s32 q6, q4\n\t"
            "vqadd.s16 q5, q5, r7\n\t"
            "vqadd.s16 q6, q6, r7\n\t"
            "vqmovnb.s16 q5, q5\n\t"
            "vqmovnt.s16 q5, q6\n\t"
            "vstrw.32 q5, [q7, #4]!\n\t"
            "subs r11, r11, #4\n\t"
            "bgt 2b\n\t"
            "add r9, r9, #16\n\t"
            "ldrd r0, r2, [sp, #8]\n\t"
            "vadd.i32 q7, q7, r2\n\t"
            "cmp r9, r0\n\t"
            "bne 1b\n\t"
            "add sp, sp, #16\n\t"
            "vpop {d8-d15}\n\t"
            "pop {r4-r11, pc}\n\t");
}

__attribute__((naked, noinline)) static void eu_channels_3cc65f(__attribute__((unused)) const int8_t *in,
                                                                __attribute__((unused)) int8_t *out,
                                                                __attribute__((unused)) const eu_channels_t *p)
{
    __asm__(".syntax unified\n\t"
            "push {r4-r11, lr}\n\t"
            "vpush {d8-d9}\n\t"
            "mov r12, r2\n\t"
            "ldrd r2, r9, [r12]\n\t"
            "ldrd r11, r7, [r12, #8]\n\t"
            "ldrd r6, r10, [r12, #16]\n\t"
            "ldr r8, [r12, #24]\n\t"
            "movs r3, #3\n\t"
            "mls r7, r3, r6, r7\n\t"
            "mov r12, #1\n\t"
            "1:\n\t"
            "mov r4, r0\n\t"
            "mov r5, r1\n\t"
            "dls lr, r11\n\t"
            "2:\n\t"
            "mov r3, r2\n\t"
            "vldrb.s16 q0, [r4]\n\t"
            "add r4, r4, r6\n\t"
            "vldrb.s16 q1, [r3], #8\n\t"
            "vmul.i16 q4, q0, q1\n\t"
            "vldrb.s16 q0, [r4]\n\t"
            "add r4, r4, r6\n\t"
            "vldrb.s16 q1, [r3], #8\n\t"
            "vmul.i16 q0, q0, q1\n\t"
            "vadd.i16 q4, q4, q0\n\t"
            "vmovlb.s16 q2, q4\n\t"
            "vmovlt.s16 q3, q4\n\t"
            "vldrb.s16 q0, [r4]\n\t"
            "add r4, r4, r6\n\t"
            "vldrb.s16 q1, [r3], #8\n\t"
            "vmul.i16 q4, q0, q1\n\t"
            "vmovlb.s16 q0, q4\n\t"
            "vmovlt.s16 q1, q4\n\t"
            "vadd.i32 q2, q2, q0\n\t"
            "vadd.i32 q3, q3, q1\n\t"
            "vldrw.32 q0, [r3], #16\n\t"
            "vldrw.32 q1, [r3], #16\n\t"
            "vadd.i32 q2, q2, q0\n\t"
            "vadd.i32 q3, q3, q1\n\t"
            "vldrw.32 q0, [r3], #16\n\t"
            "vldrw.32 q1, [r3], #16\n\t"
            "vqrdmulh.s32 q2, q2, q0\n\t"
            "vqrdmulh.s32 q3, q3, q1\n\t"
            "vqdmlah.s32 q2, q2, r12\n\t"
            "vqdmlah.s32 q3, q3, r12\n\t"
            "vldrb.s16 q1, [r3], #8\n\t"
            ".inst.w 0xee9c4f44\n\t"
            ".inst.w 0xee9c5f46\n\t"
            "vrshl.s16 q2, q2, q1\n\t"
            "vqadd.s16 q2, q2, r8\n\t"
            "vqmovnb.s16 q2, q2\n\t"
            "vstrb.16 q2, [r5]\n\t"
            "add r4, r4, r7\n\t"
            "add r5, r5, r10\n\t"
            "le lr, 2b\n\t"
            "mov r2, r3\n\t"
            "adds r0, #8\n\t"
            "adds r1, #8\n\t"
            "subs r9, r9, #8\n\t"
            "bgt 1b\n\t"
            "vpop {d8-d9}\n\t"
            "pop {r4-r11, pc}\n\t");
}

__attribute__((naked, noinline)) static void eu_tiles_blocks_b87481(__attribute__((unused)) const int8_t *in,
                                                                    __attribute__((unused)) int8_t *out,
                                                                    __attribute__((unused)) const eu_tiles_blocks_t *p)
{
    __asm__(".syntax unified\n\t"
            "push {r4-r11, lr}\n\t"
            "vpush {d8-d15}\n\t"
            "mov r9, r0\n\t"
            "ldm r2, {r3-r7}\n\t"
            "movs r0, #0\n\t"
            "vidup.u32 q7, r0, #1\n\t"
            "vmul.i32 q7, q7, r6\n\t"
            "subs r1, r1, #4\n\t"
            "vadd.i32 q7, q7, r1\n\t"
            "movs r0, #32\n\t"
            "mla r5, r5, r0, r9\n\t"
            "rsb r6, r4, r6, lsl #2\n\t"
            "push {r3-r6}\n\t"
            "movs r2, #8\n\t"
            "vctp.8 r2\n\t"
            "1:\n\t"
            "ldrd r5, r11, [sp]\n\t"
            "vpstttt\n\t"
            "vldrbt.8 q0, [r9, #0]\n\t"
            "vldrbt.8 q1, [r9, #8]\n\t"
            "vldrbt.8 q2, [r9, #16]\n\t"
            "vldrbt.8 q3, [r9, #24]\n\t"
            "2:\n\t"
            "vldrb.8 q4, [r5], #8\n\t"
            "vmladav.s8 r0, q0, q4\n\t"
            "vmladav.s8 r2, q1, q4\n\t"
            "vmladav.s8 r4, q2, q4\n\t"
            "vmladav.s8 r6, q3, q4\n\t"
            "vldrb.8 q4, [r5], #8\n\t"
            "vmladav.s8 r8, q0, q4\n\t"
            "vmladav.s8 r10, q1, q4\n\t"
            "vmladav.s8 r12, q2, q4\n\t"
            "vmladav.s8 lr, q3, q4\n\t"
            "vmov q4[2], q4[0], r0, r4\n\t"
            "vmov q4[3], q4[1], r2, r6\n\t"
            "ldm r5!, {r0, r1, r2, r3, r4, r6}\n\t"
            "vadd.i32 q4, q4, r0\n\t"
            "vqrdmulh.s32 q4, q4, r2\n\t"
            "vqdmlah.s32 q4, q4, r11\n\t"
            "vrshl.s32 q4, r4\n\t"
            "vqmovnb.s32 q5, q4\n\t"
            "vmov q4[2], q4[0], r8, r12\n\t"
            "vmov q4[3], q4[1], r10, lr\n\t"
            "vadd.i32 q4, q4, r1\n\t"
            "vqrdmulh.s32 q4, q4, r3\n\t"
            "vqdmlah.s32 q4, q4, r11\n\t"
            "vrshl.s32 q4, r6\n\t"
            "vqmovnb.s32 q6, q4\n\t"
            "vldrb.8 q4, [r5], #8\n\t"
            "vmladav.s8 r0, q0, q4\n\t"
            "vmladav.s8 r2, q1, q4\n\t"
            "vmladav.s8 r4, q2, q4\n\t"
            "vmladav.s8 r6, q3, q4\n\t"
            "vldrb.8 q4, [r5], #8\n\t"
            "vmladav.s8 r8, q0, q4\n\t"
            "vmladav.s8 r10, q1, q4\n\t"
            "vmladav.s8 r12, q2, q4\n\t"
            "vmladav.s8 lr, q3, q4\n\t"
            "vmov q4[2], q4[0], r0, r4\n\t"
            "vmov q4[3], q4[1], r2, r6\n\t"
            "ldm r5!, {r0, r1, r2, r3, r4, r6}\n\t"
            "vadd.i32 q4, q4, r0\n\t"
            "vqrdmulh.s32 q4, q4, r2\n\t"
            "vqdmlah.s32 q4, q4, r11\n\t"
            "vrshl.s32 q4, r4\n\t"
            "vqmovnt.s32 q5, q4\n\t"
            "vmov q4[2], q4[0], r8, r12\n\t"
            "vmov q4[3], q4[1], r10, lr\n\t"
            "vadd.i32 q4, q4, r1\n\t"
            "vqrdmulh.s32 q4, q4, r3\n\t"
            "vqdmlah.s32 q4, q4, r11\n\t"
            "vrshl.s32 q4, r6\n\t"
            "vqmovnt.s32 q6, q4\n\t"
            "vqadd.s16 q5, q5, r7\n\t"
            "vqadd.s16 q6, q6, r7\n\t"
            "vqmovnb.s16 q5, q5\n\t"
            "vqmovnt.s16 q5, q6\n\t"
            "vstrw.32 q5, [q7, #4]!\n\t"
            "subs r11, r11, #4\n\t"
            "bgt 2b\n\t"
            "add r9, r9, #32\n\t"
            "ldrd r0, r2, [sp, #8]\n\t"
            "vadd.i32 q7, q7, r2\n\t"
            "cmp r9, r0\n\t"
            "bne 1b\n\t"
            "add sp, sp, #16\n\t"
            "vpop {d8-d15}\n\t"
            "pop {r4-r11, pc}\n\t");
}

__attribute__((naked, noinline)) static void eu_tiles_a26616(void)
{
    __asm__(".syntax unified\n\t"
            "str lr, [sp, #24]\n\t"
            "1:\n\t"
            "ldrd r5, r11, [sp, #12]\n\t"
            "movs r2, #4\n\t"
            "vctp.8 r2\n\t"
            "vpstt\n\t"
            "vldrbt.8 q0, [r7, #0]\n\t"
            "vldrbt.8 q1, [r7, #4]\n\t"
            "movs r2, #8\n\t"
            "vctp.8 r2\n\t"
            "vpst\n\t"
            "vldrbt.8 q2, [r9, #0]\n\t"
            "2:\n\t"
            "ldm r5!, {r0, r2, r4, r6}\n\t"
            "vldrb.8 q3, [r5], #8\n\t"
            "vmladava.s8 r0, q2, q3\n\t"
            "vldrb.8 q3, [r5], #8\n\t"
            "vmladava.s8 r2, q2, q3\n\t"
            "vldrb.8 q3, [r5], #8\n\t"
            "vmladava.s8 r4, q2, q3\n\t"
            "vldrb.8 q3, [r5], #8\n\t"
            "vmladava.s8 r6, q2, q3\n\t"
            "mov r8, r0\n\t"
            "mov r10, r2\n\t"
            "mov r12, r4\n\t"
            "mov lr, r6\n\t"
            "vldrb.8 q3, [r5], #4\n\t"
            "vmladava.s8 r0, q0, q3\n\t"
            "vmladava.s8 r8, q1, q3\n\t"
            "vldrb.8 q3, [r5], #4\n\t"
            "vmladava.s8 r2, q0, q3\n\t"
            "vmladava.s8 r10, q1, q3\n\t"
            "vldrb.8 q3, [r5], #4\n\t"
            "vmladava.s8 r4, q0, q3\n\t"
            "vmladava.s8 r12, q1, q3\n\t"
            "vldrb.8 q3, [r5], #4\n\t"
            "vmladava.s8 r6, q0, q3\n\t"
            "vmladava.s8 lr, q1, q3\n\t"
            "vmov q4[2], q4[0], r0, r4\n\t"
            "vmov q4[3], q4[1], r2, r6\n\t"
            "vmov q5[2], q5[0], r8, r12\n\t"
            "vmov q5[3], q5[1], r10, lr\n\t"
            "vldrw.32 q3, [r5], #16\n\t"
            "vqrdmulh.s32 q4, q4, q3\n\t"
            "vqrdmulh.s32 q5, q5, q3\n\t"
            "vldrb.s32 q3, [r5], #4\n\t"
            "vrshl.s32 q4, q4, q3\n\t"
            "vrshl.s32 q5, q5, q3\n\t"
            "vqmovunb.s32 q4, q4\n\t"
            "vqmovunt.s32 q4, q5\n\t"
            "ldr r0, [sp, #20]\n\t"
            "vqadd.s16 q4, q4, r0\n\t"
            "vqmovnb.s16 q4, q4\n\t"
            "vstrb.32 q4, [r1], #4\n\t"
            "vshr.u32 q4, q4, #16\n\t"
            "vstrb.32 q4, [r3], #4\n\t"
            "subs r11, r11, #4\n\t"
            "bgt 2b\n\t"
            "add r9, r9, #8\n\t"
            "add r7, r7, #8\n\t"
            "ldm sp, {r0, r2, r4}\n\t"
            "sub r1, r3, r2\n\t"
            "add r3, r1, r4\n\t"
            "cmp r9, r0\n\t"
            "bne 1b\n\t"
            "ldr pc, [sp, #24]\n\t");
}

static void eu_tiles_a26616_run(const int8_t *a, const int8_t *b, int8_t *out, const eu_tiles_t *p)
{
    eu_tiles(a, b, out, p, eu_tiles_a26616);
}

__attribute__((naked, noinline)) static void eu_tiles_8d2684(void)
{
    __asm__(".syntax unified\n\t"
            "str lr, [sp, #24]\n\t"
            "mov r7, r6\n\t"
            "movs r2, #8\n\t"
            "vctp.8 r2\n\t"
            "1:\n\t"
            "ldrd r5, r11, [sp, #12]\n\t"
            "vpstt\n\t"
            "vldrbt.8 q0, [r9, #0]\n\t"
            "vldrbt.8 q1, [r9, #8]\n\t"
            "2:\n\t"
            "ldm r5, {r0, r2, r4, r6}\n\t"
            "ldm r5!, {r8, r10, r12, lr}\n\t"
            "vldrb.8 q2, [r5], #8\n\t"
            "vmladava.s8 r0, q0, q2\n\t"
            "vmladava.s8 r8, q1, q2\n\t"
            "vldrb.8 q2, [r5], #8\n\t"
            "vmladava.s8 r2, q0, q2\n\t"
            "vmladava.s8 r10, q1, q2\n\t"
            "vldrb.8 q2, [r5], #8\n\t"
            "vmladava.s8 r4, q0, q2\n\t"
            "vmladava.s8 r12, q1, q2\n\t"
            "vldrb.8 q2, [r5], #8\n\t"
            "vmladava.s8 r6, q0, q2\n\t"
            "vmladava.s8 lr, q1, q2\n\t"
            "vmov q3[2], q3[0], r0, r4\n\t"
            "vmov q3[3], q3[1], r2, r6\n\t"
            "vmov q4[2], q4[0], r8, r12\n\t"
            "vmov q4[3], q4[1], r10, lr\n\t"
            "vldrw.32 q2, [r5], #16\n\t"
            "vqrdmulh.s32 q3, q3, q2\n\t"
            "vqrdmulh.s32 q4, q4, q2\n\t"
            "vldrb.s32 q2, [r5], #4\n\t"
            "vrshl.s32 q3, q3, q2\n\t"
            "vrshl.s32 q4, q4, q2\n\t"
            "vqmovunb.s32 q3, q3\n\t"
            "vqmovunt.s32 q3, q4\n\t"
            "vqadd.s16 q3, q3, r7\n\t"
            "vqmovnb.s16 q3, q3\n\t"
            "vstrb.32 q3, [r1], #4\n\t"
            "vshr.u32 q3, q3, #16\n\t"
            "vstrb.32 q3, [r3], #4\n\t"
            "subs r11, r11, #4\n\t"
            "bgt 2b\n\t"
            "add r9, r9, #16\n\t"
            "ldm sp, {r0, r2, r4}\n\t"
            "sub r1, r3, r2\n\t"
            "add r3, r1, r4\n\t"
            "cmp r9, r0\n\t"
            "bne 1b\n\t"
            "ldr pc, [sp, #24]\n\t");
}

static void eu_tiles_8d2684_run(const int8_t *in, int8_t *out, const eu_tiles_t *p)
{
    eu_tiles(in, in, out, p, eu_tiles_8d2684);
}

#include "tiny_mve_weights.h"

static const eu_elementwise_copy_t tiny_mve_00 = {
    .outer = 1,
    .rows = 1,
    .bytes = 64,
    .in_pitch = 4,
    .in_jump = 0,
    .out_pitch = 4,
    .out_jump = 0,
};

static const eu_tiles_blocks_t tiny_mve_01 = {
    .stream = tiny_mve_01_stream,
    .outputs = 8,
    .fours = 4,
    .out_step = 8,
    .zero_point = -128,
};

static const eu_channels_t tiny_mve_02 = {
    .stream = tiny_mve_02_stream,
    .channels = 8,
    .rows = 16,
    .in_step = 8,
    .tap_step = 8,
    .out_step = 8,
    .zero_point = 3,
};

static const eu_tiles_blocks_t tiny_mve_03 = {
    .stream = tiny_mve_03_stream,
    .outputs = 8,
    .fours = 4,
    .out_step = 8,
    .zero_point = 3,
};

static const eu_elementwise_add_t tiny_mve_04 = {
    .rows = 1,
    .channels = 128,
    .a_pitch = 8,
    .b_pitch = 8,
    .out_pitch = 8,
    .a_slope = 570350,
    .b_slope = 570350,
    .rounded_offset = 63921565,
};

static const eu_elementwise_max_t tiny_mve_05 = {
    .rows = 8,
    .in_step = 16,
    .pitch = 8,
    .out_step = 8,
    .channels = 8,
    .kernel = 2,
};

static const eu_tiles_t tiny_mve_06 = {
    .stream = tiny_mve_06_stream,
    .rows = 16,
    .addend = -128,
    .a_pair = 8,
    .b_step = 4,
    .outputs = 8,
    .out_step = 8,
};

static const eu_tiles_t tiny_mve_07 = {
    .stream = tiny_mve_07_stream,
    .rows = 16,
    .addend = -128,
    .a_pair = 16,
    .b_step = 8,
    .outputs = 4,
    .out_step = 4,
};

#ifdef TINY_MVE_TRACE
void tiny_mve_trace(int32_t layer);
#define TINY_MVE_LAYER(index) tiny_mve_trace(index)
#else
#define TINY_MVE_LAYER(index) ((void)0)
#endif

typedef char tiny_mve_arena_fits[sizeof((((tiny_mve_state_t *)0)->arena)) >= TINY_MVE_ARENA_BYTES ? 1 : -1];

void tiny_mve_reset(tiny_mve_state_t *state)
{
    memset(state->arena, 0, sizeof state->arena);
}

void tiny_mve_run(tiny_mve_state_t *state, const int8_t *input, int8_t *output)
{
    int8_t *const a = (int8_t *)state->arena;
    (void)a;

    /*  0 input: INPUT -> 16 x 4 */
    TINY_MVE_LAYER(0);
    eu_elementwise_copy(input, a + 92, &tiny_mve_00);
    /*  1 tensor_1: CONV_2D -> 16 x 8, 1536 MACs */
    TINY_MVE_LAYER(1);
    eu_fill(a + 88, 1, 0, 4, 69);
    eu_fill(a + 156, 1, 0, 4, 69);
    eu_tiles_blocks_cc39d0(a + 88, a + 8, &tiny_mve_01);
    /*  2 tensor_4: DEPTHWISE_CONV_2D -> 16 x 8, 384 MACs */
    TINY_MVE_LAYER(2);
    eu_fill(a, 1, 0, 8, -128);
    eu_fill(a + 136, 1, 0, 8, -128);
    eu_channels_3cc65f(a, a + 176, &tiny_mve_02);
    /*  3 tensor_7: CONV_2D -> 16 x 8, 1024 MACs */
    TINY_MVE_LAYER(3);
    eu_tiles_blocks_b87481(a + 176, a + 144, &tiny_mve_03);
    /*  4 tensor_10: ADD -> 16 x 8 */
    TINY_MVE_LAYER(4);
    eu_elementwise_add(a + 8, a + 144, a + 8, &tiny_mve_04);
    /*  5 tensor_11: MAX_POOL_2D -> 8 x 8 */
    TINY_MVE_LAYER(5);
    eu_elementwise_max(a + 8, a + 144, &tiny_mve_05);
    /*  6 tensor_16: RESIZE_NEAREST_NEIGHBOR+CONCATENATION+CONV_2D -> 16 x 8, 1024 MACs */
    TINY_MVE_LAYER(6);
    eu_tiles_a26616_run(a + 144, input + 64, a, &tiny_mve_06);
    /*  7 tensor_19: CONV_2D -> 16 x 4, 512 MACs */
    TINY_MVE_LAYER(7);
    eu_tiles_8d2684_run(a, output, &tiny_mve_07);
    TINY_MVE_LAYER(TINY_MVE_LAYERS);
}
