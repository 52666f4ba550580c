/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Sums over five low-rate rows: see eu_depthwise_twice.c. Inputs of rows 0 to 5 in r4, r5 and r6. */
#define EU_DEPTHWISE_TWICE_5(at, behind, even, odd) \
    "ldrd r2, r3, [sp, #" at "]\n\tsmlad " even ", r4, r2, r8\n\tsmlatb " odd ", r4, r2, r8\n\t" \
    "smlad " odd ", r5, r3, " odd "\n\tldrd r2, r3, [sp, #" behind "]\n\t" \
    "smlad " even ", r5, r2, " even "\n\tsmlabt " even ", r6, r3, " even "\n\tsmlad " odd ", r6, r3, " odd "\n\t"

__attribute__((naked, noinline)) static void eu_depthwise_twice_5_loop(__attribute__((unused))
                                                                       const eu_depthwise_long_channel_t *channel,
                                                                       __attribute__((unused)) int8_t *out)
{
    /* clang-format off */
    __asm__(EU_DEPTHWISE_LONG_ENTER EU_DEPTHWISE_LONG_LOAD("r4") EU_DEPTHWISE_LONG_LOAD("r5")
            "1:\n\t" EU_DEPTHWISE_LONG_LOAD("r6") "ldr r8, [sp, #24]\n\t"
            EU_DEPTHWISE_TWICE_5("32", "40", "r10", "r12") EU_DEPTHWISE_TWICE_5("48", "56", "r11", "lr")
            "mov r4, r5\n\tmov r5, r6\n\t" EU_DEPTHWISE_LONG_LEAVE);
    /* clang-format on */
}

static void eu_depthwise_twice_5(const int8_t *in, int8_t *out, const eu_depthwise_twice_t *p)
{
    eu_depthwise_twice(in, out, 5, p, eu_depthwise_twice_5_loop);
}
