/* eu_conv_relu_add.c with both operands widened: same arithmetic, same packing, same bounds; see eu_pairs_add.c. */
EU_NAKED static void eu_pairs_relu_add_tail(void)
{
    __asm__(EU_PAIRS_TAIL EU_QUAD_RELU EU_QUAD_SCALE("ssat") EU_QUAD_ADD EU_QUAD_STORE_BYTES EU_PAIRS_LEAVE);
}

static void eu_pairs_relu_add(const int8_t *in, const int8_t *other, int8_t *out, const eu_pairs_add_t *p, int32_t *wide)
{
    eu_pairs_added(in, other, out, p, wide, eu_pairs_relu_add_tail, eu_quad_unpack, 12, 4);
}
