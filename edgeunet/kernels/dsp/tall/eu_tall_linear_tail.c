/* Tail of eu_tall_linear.c: constants multiplier, 64 * bias + shift - 1. */
EU_NAKED static void eu_tall_linear_tail(void)
{
    __asm__(".syntax unified\n\tldmia r0!, {r2, r3}\n\t" EU_TALL_ROUND EU_TALL_STORE);
}
