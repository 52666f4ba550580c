/* Tail of eu_bare_linear.c: per channel multiplier, 64 * bias + shift - 1. */
static const int32_t *eu_bare_linear_tail(const int32_t *constants, int32_t scale, int32_t *sums)
{
    return eu_bare_round(constants, scale, sums);
}
