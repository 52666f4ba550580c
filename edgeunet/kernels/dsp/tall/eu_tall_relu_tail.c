/* Tail of eu_tall_relu.c: constants bias, multiplier, offset. */
EU_NAKED static void eu_tall_relu_tail(void)
{
    __asm__(".syntax unified\n\tldmia r0!, {r2, r3, r6}\n\t" EU_TALL_RELU EU_TALL_SCALE EU_TALL_STORE);
}
