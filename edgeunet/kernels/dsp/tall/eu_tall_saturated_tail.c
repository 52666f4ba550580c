/* Tail of eu_tall_saturated.c: constants multiplier, offset. */
EU_NAKED static void eu_tall_saturated_tail(void)
{
    __asm__(".syntax unified\n\tldmia r0!, {r3, r6}\n\t" EU_TALL_SCALE EU_TALL_STORE);
}
