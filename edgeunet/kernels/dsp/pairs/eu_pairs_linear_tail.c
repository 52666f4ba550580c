/* Tail of eu_pairs_linear.c. */
EU_NAKED static void eu_pairs_linear_tail(void)
{
    __asm__(EU_PAIRS_TAIL EU_QUAD_ROUND EU_QUAD_STORE_BYTES EU_PAIRS_LEAVE);
}
