/* Tail of eu_pairs_linear.c. */
static eu_quad_scale_t eu_pairs_linear_tail(void)
{
    return EU_QUAD_LINEAR;
}
