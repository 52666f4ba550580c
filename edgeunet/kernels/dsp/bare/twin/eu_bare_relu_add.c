/* eu_tall_relu.c without scratch memory and an addition: see eu_bare_add.c. Constants: 4 biases, 4 multipliers, 4 offsets / scale. */
static const int32_t *eu_bare_relu_add_tail(const int32_t *constants, int32_t scale, int32_t *sums)
{
    for (int32_t n = 0; n < 4; n++) {
        const int32_t sum = sums[n] + constants[n];
        sums[n] = sum < 0 ? 0 : sum;
    }
    return eu_bare_scale(constants + 4, scale, sums, -128, 127);
}

static void eu_bare_relu_add(const int8_t *in, const int8_t *other, int8_t *out, const eu_bare_add_t *p)
{
    eu_bare_added(in, other, out, p, eu_bare_relu_add_tail);
}
