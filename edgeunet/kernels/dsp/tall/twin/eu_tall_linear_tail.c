/* Tail of eu_tall_linear.c: constants multiplier, 64 * bias + shift - 1. */
static const int32_t *eu_tall_linear_tail(const int32_t *constants, int32_t scale, int32_t *sums)
{
    eu_tall_round(constants, scale, sums);
    return constants + 2;
}
