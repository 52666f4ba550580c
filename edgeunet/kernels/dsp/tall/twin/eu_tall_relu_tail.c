/* Tail of eu_tall_relu.c: constants bias, multiplier, offset. */
static const int32_t *eu_tall_relu_tail(const int32_t *constants, int32_t scale, int32_t *sums)
{
    eu_tall_scale_relu(constants, scale, sums);
    return constants + 3;
}
