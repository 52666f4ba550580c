/* Tail of eu_pairs_saturated.c. */
EU_NAKED static void eu_pairs_saturated_tail(void)
{
    __asm__(EU_PAIRS_TAIL EU_QUAD_SCALE("ssat") EU_QUAD_STORE_BYTES EU_PAIRS_LEAVE);
}
