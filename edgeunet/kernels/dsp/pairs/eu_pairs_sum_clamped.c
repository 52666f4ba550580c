/* eu_sum_clamped.c with both operands widened, for windows of any whole groups of four inputs whose taps follow each other: same
 * arithmetic, same packing, same bounds. */
static void eu_pairs_sum_clamped(const int8_t *a, const int8_t *b, int8_t *out, const eu_pairs_sum_t *p, int32_t *wide)
{
    eu_pairs_sum(a, b, out, p, wide, eu_pairs_clamped_tail, eu_quad_unpack, 8);
}
