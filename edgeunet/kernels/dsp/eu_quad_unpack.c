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
    const int32_t *const c = packed + 4 * groups;
    for (int32_t n = 0; n < 4; n++) {
        const int64_t offset = c[n + 4] * ((int64_t)1 << offset_shift);
        int32_t *const t = end + 6 * (n >> 1) + (n & 1);
        wide[n] = 0;
        t[0] = c[n];
        t[2 + (n & 1)] = (int32_t)(uint32_t)((uint64_t)offset & 0xFFFFFFFFU);
        t[3 + (n & 1)] = (int32_t)(offset >> 32);
    }
    return end;
}
