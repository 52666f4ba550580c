/* eu_conv_clamped.c with both operands widened, for windows of any whole groups of four inputs whose taps follow each other: same
 * arithmetic, same packing, same bounds. */
static void eu_pairs_clamped(const int8_t *in, int8_t *out, const eu_pairs_t *p, int32_t *wide)
{
    eu_pairs_conv(in, out, p, wide, eu_pairs_clamped_tail, eu_quad_unpack, 8);
}
