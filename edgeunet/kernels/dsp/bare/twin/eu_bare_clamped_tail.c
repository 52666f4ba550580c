/* Tail of eu_bare_clamped.c: constants 4 multipliers, 4 offsets. */
static const int32_t *eu_bare_clamped_tail(const int32_t *constants, int32_t scale, int32_t *sums)
{
    return eu_bare_scale(constants, scale, sums, 0, 255);
}
