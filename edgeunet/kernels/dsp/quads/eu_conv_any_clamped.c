/* eu_conv_clamped.c for a window of any 4 to 68 bytes at any address: groups of four inputs, then the last four, which may overlap them
 * (the weights of what was read before are zero then), so that no byte outside the window is read. */
EU_NAKED static void eu_conv_any_clamped_loop(EU_UNUSED const eu_quad_rows_t *frame)
{
    __asm__(EU_QUAD_ENTER(EU_QUAD_KEEP_LAST, EU_QUAD_ENTRIES_64) EU_QUAD_ANY_CHAIN EU_QUAD_LAST EU_QUAD_SCALE("usat") EU_QUAD_STORE_CLAMPED EU_QUAD_LEAVE("8"));
}

static void eu_conv_any_clamped(const int8_t *in, int8_t *out, const eu_quad_conv_t *p, int32_t *wide)
{
    eu_quad_conv(in, out, p, wide, eu_conv_any_clamped_loop, eu_quad_unpack, 8);
}
