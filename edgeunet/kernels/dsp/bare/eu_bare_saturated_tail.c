/* Tail of eu_bare_saturated.c: constants 4 multipliers, 4 offsets. */
EU_NAKED static void eu_bare_saturated_tail(void)
{
    __asm__(".syntax unified\n\t" EU_BARE_SCALE("ssat") EU_BARE_STORE);
}
