/* Tail of eu_pairs_clamped.c. */
EU_NAKED static void eu_pairs_clamped_tail(void)
{
    __asm__(EU_PAIRS_TAIL EU_QUAD_SCALE("usat") EU_QUAD_STORE_CLAMPED EU_PAIRS_LEAVE);
}
