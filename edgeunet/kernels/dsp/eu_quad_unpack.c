/* Unpacking of quads for EU_QUAD_SCALE. */
EU_NAKED static int32_t *eu_quad_widen(EU_UNUSED const int32_t *weights, EU_UNUSED int32_t *wide, EU_UNUSED int32_t groups)
{
    __asm__(EU_QUAD_WIDEN(EU_QUAD_ONCE));
}

/* One quad for EU_QUAD_SCALE without biases (they are in the offsets): packed is groups of weights, 4 multipliers, 4 offsets
 * / 2^offset_shift. Returns the end of the widened weights. */
static int32_t *eu_quad_unpack(const int32_t *packed, int32_t *wide, int32_t groups, int32_t offset_shift)
{
    int32_t *const end = eu_quad_widen(packed, wide + 4, groups);
    const int32_t *c = packed + 4 * groups;
    const int32_t unit = (int32_t)1 << offset_shift;
    int32_t *t = end;
    for (int32_t pair = 0; pair < 2; pair++) {
        const int64_t even = (int64_t)c[4] * unit;
        const int64_t odd = (int64_t)c[5] * unit;
        *wide++ = 0;
        *wide++ = 0;
        *t++ = *c++;
        *t++ = *c++;
        *t++ = (int32_t)(uint32_t)((uint64_t)even & 0xFFFFFFFFU);
        *t++ = (int32_t)(even >> 32);
        *t++ = (int32_t)(uint32_t)((uint64_t)odd & 0xFFFFFFFFU);
        *t++ = (int32_t)(odd >> 32);
    }
    return end;
}
