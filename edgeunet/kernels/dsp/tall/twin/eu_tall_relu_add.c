/* eu_tall_relu.c and an addition: see eu_tall_add.c. */
static const int32_t *eu_tall_relu_add_tail(const int32_t *constants, int32_t scale, int32_t *sums)
{
    eu_tall_scale_relu(constants, scale, sums);
    return constants + 3;
}

static void eu_tall_relu_add(const int8_t *in, const int8_t *other, int8_t *out, const eu_tall_add_t *p, int32_t *wide)
{
    eu_tall_added(in, other, out, p, wide, eu_tall_relu_add_tail);
}
