/* Tail of eu_pairs_saturated.c. */
static eu_quad_scale_t eu_pairs_saturated_tail(void)
{
    return EU_QUAD_SATURATED;
}
