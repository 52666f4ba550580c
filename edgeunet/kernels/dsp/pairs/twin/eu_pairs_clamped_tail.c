/* Tail of eu_pairs_clamped.c. */
static eu_quad_scale_t eu_pairs_clamped_tail(void)
{
    return EU_QUAD_CLAMPED;
}
