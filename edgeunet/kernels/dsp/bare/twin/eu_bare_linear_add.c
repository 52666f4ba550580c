/* eu_bare_linear.c and an addition: see eu_bare_add.c. */
static const int32_t *eu_bare_linear_add_tail(const int32_t *constants, int32_t scale, int32_t *sums)
{
    return eu_bare_round(constants, scale, sums);
}

static void eu_bare_linear_add(const int8_t *in, const int8_t *other, int8_t *out, const eu_bare_add_t *p)
{
    eu_bare_added(in, other, out, p, eu_bare_linear_add_tail);
}
