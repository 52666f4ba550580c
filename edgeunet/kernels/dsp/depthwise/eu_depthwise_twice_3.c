/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Sums over three low-rate rows: see eu_depthwise_twice.c. Inputs of rows 0 to 3 in r4 and r5. */
#define EU_DEPTHWISE_TWICE_3(at, even, odd) \
    "ldrd r2, r3, [sp, #" at "]\n\tsmlad " even ", r4, r2, r8\n\tsmlatb " odd ", r4, r2, r8\n\t" \
    "smlabt " even ", r5, r3, " even "\n\tsmlad " odd ", r5, r3, " odd "\n\t"

__attribute__((naked, noinline)) static void eu_depthwise_twice_3_loop(__attribute__((unused))
                                                                       const eu_depthwise_long_channel_t *channel,
                                                                       __attribute__((unused)) int8_t *out)
{
    /* clang-format off */
    __asm__(EU_DEPTHWISE_LONG_ENTER EU_DEPTHWISE_LONG_LOAD("r4")
            "1:\n\t" EU_DEPTHWISE_LONG_LOAD("r5") "ldr r8, [sp, #24]\n\t"
            EU_DEPTHWISE_TWICE_3("32", "r10", "r12") EU_DEPTHWISE_TWICE_3("40", "r11", "lr")
            "mov r4, r5\n\t" EU_DEPTHWISE_LONG_LEAVE);
    /* clang-format on */
}

static void eu_depthwise_twice_3(const int8_t *in, int8_t *out, const eu_depthwise_twice_t *p)
{
    eu_depthwise_twice(in, out, 3, p, eu_depthwise_twice_3_loop);
}
