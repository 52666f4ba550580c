/* Tail of eu_tall_saturated.c: constants multiplier, offset. */
static const int32_t *eu_tall_saturated_tail(const int32_t *constants, int32_t scale, int32_t *sums)
{
    eu_tall_scale(constants, scale, sums);
    return constants + 2;
}
