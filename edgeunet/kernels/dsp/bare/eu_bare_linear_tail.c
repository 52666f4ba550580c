/* Tail of eu_bare_linear.c: per channel multiplier, 64 * bias + shift - 1. */
EU_NAKED static void eu_bare_linear_tail(void)
{
    __asm__(".syntax unified\n\t" EU_BARE_ROUND EU_BARE_STORE);
}
