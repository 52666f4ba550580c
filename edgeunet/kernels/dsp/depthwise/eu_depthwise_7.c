/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Depthwise convolution with 7 taps: see eu_depthwise_long.c. Inputs of rows 0 to 9 in r4-r8, of which r6-r8 stay for the next four. */
__attribute__((naked, noinline)) static void eu_depthwise_7_loop(__attribute__((unused))
                                                                 const eu_depthwise_long_channel_t *channel,
                                                                 __attribute__((unused)) int8_t *out)
{
    /* clang-format off */
    __asm__(EU_DEPTHWISE_LONG_ENTER
            EU_DEPTHWISE_LONG_LOAD("r4") EU_DEPTHWISE_LONG_LOAD("r5") EU_DEPTHWISE_LONG_LOAD("r6")
            "1:\n\t" EU_DEPTHWISE_LONG_LOAD("r7") EU_DEPTHWISE_LONG_LOAD("r8")
            EU_DEPTHWISE_LONG_FIRST("r4", "r5", "r6") EU_DEPTHWISE_LONG_NEXT("40", "r5", "r6", "r7")
            EU_DEPTHWISE_LONG_NEXT("48", "r6", "r7", "r8") EU_DEPTHWISE_LONG_LAST("r7", "r8")
            "mov r4, r6\n\tmov r5, r7\n\tmov r6, r8\n\t" EU_DEPTHWISE_LONG_LEAVE);
    /* clang-format on */
}

static void eu_depthwise_7(const int8_t *in, int8_t *out, const eu_depthwise_long_t *p)
{
    eu_depthwise_long(in, out, 7, p, eu_depthwise_7_loop);
}
