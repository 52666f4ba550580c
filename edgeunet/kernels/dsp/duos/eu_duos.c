/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Steps of the kernels for int16 values: two to a word, the lower half is the first.
 *
 *     LOAD    word = the two values at an even address
 *     SMMULR  y = (a * b + 2^31) >> 32, in 64 bits
 *     MAX     the larger of two values, MIN the smaller, in each half
 *
 * and the parts of a depthwise convolution's loop that differ by its taps: weights into r4 ..., multipliers into r9; what
 * comes after the first two taps, with r0 the row's first input, r3 the step to the next tap, sums in r10 and r11. */
#define EU_DUOS_LOAD(word, at) __asm__("ldr %0, %1" : "=r"(word) : "m"(*(const int16_t(*)[2])(const void *)(at)))
#define EU_DUOS_SMMULR(y, a, b) __asm__("smmulr %0, %1, %2" : "=r"(y) : "r"(a), "r"(b))
#define EU_DUOS_MAX(best, other) \
    do { \
        uint32_t eu_duos_difference; \
        __asm__("ssub16 %1, %0, %2\n\tsel %0, %0, %2" : "+r"(best), "=&r"(eu_duos_difference) : "r"(other)); \
    } while (0)
#define EU_DUOS_MIN(least, other) \
    do { \
        uint32_t eu_duos_difference; \
        __asm__("ssub16 %1, %2, %0\n\tsel %0, %0, %2" : "+r"(least), "=&r"(eu_duos_difference) : "r"(other)); \
    } while (0)

/* clang-format off */
#define EU_DUOS_WEIGHTS_3 "ldmia r12!, {r4-r6, r9}\n\t"
#define EU_DUOS_TAPS_3 "ldr r12, [r0, r3, lsl #1]\n\tsmlabb r10, r12, r6, r10\n\tsmlatt r11, r12, r6, r11\n\t"
#define EU_DUOS_WEIGHTS_5 "ldmia r12!, {r4-r9}\n\t"
#define EU_DUOS_TAPS_5 \
    "add lr, r0, r3\n\tldr r12, [r0, r3, lsl #1]\n\tldr lr, [lr, r3, lsl #1]\n\t" \
    "smlabb r10, r12, r6, r10\n\tsmlatt r11, r12, r6, r11\n\tldr r12, [r0, r3, lsl #2]\n\t" \
    "smlabb r10, lr, r7, r10\n\tsmlatt r11, lr, r7, r11\n\tsmlabb r10, r12, r8, r10\n\tsmlatt r11, r12, r8, r11\n\t"
/* clang-format on */
