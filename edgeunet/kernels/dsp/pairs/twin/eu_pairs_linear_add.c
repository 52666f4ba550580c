/* eu_conv_linear_add.c with both operands widened: same arithmetic, same packing, same bounds; see eu_pairs_add.c. */
static eu_quad_scale_t eu_pairs_linear_add_tail(void)
{
    return EU_QUAD_LINEAR;
}

static void eu_pairs_linear_add(const int8_t *in, const int8_t *other, int8_t *out, const eu_pairs_add_t *p, int32_t *wide)
{
    eu_pairs_added(in, other, out, p, wide, eu_pairs_linear_add_tail, eu_quad_unpack_doubled, 9, 0);
}
