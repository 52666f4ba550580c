/* Unpacking of quads for EU_QUAD_ROUND (see eu_conv_linear.c): weights and biases are doubled, so that one SMMLAR of an
 * accumulator and a multiplier is TFLite's SaturatingRoundingDoublingHighMul. */
EU_NAKED static int32_t *eu_quad_widen_doubled(EU_UNUSED const int32_t *weights, EU_UNUSED int32_t *wide,
                                               EU_UNUSED int32_t groups)
{
    __asm__(EU_QUAD_WIDEN(EU_QUAD_TWICE));
}

/* One quad: packed is 4 biases, groups of weights, 4 multipliers, 4 roundings, 4 shifts. Returns the end of the weights. */
static int32_t *eu_quad_unpack_doubled(const int32_t *packed, int32_t *wide, int32_t groups)
{
    int32_t *const end = eu_quad_widen_doubled(packed + 4, wide + 4, groups);
    int32_t *t = end;
    const int32_t *c = packed + 4 + 4 * groups;
    for (int32_t n = 0; n < 4; n++) {
        wide[n] = 2 * packed[n];
        t[0] = c[n];
        t[1] = c[n + 4];
        t[2] = c[n + 8];
        t += 3;
    }
    return end;
}

