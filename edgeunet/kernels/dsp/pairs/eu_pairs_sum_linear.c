/* eu_sum_linear.c with both operands widened, for windows of any whole groups of four inputs whose taps follow each other: same
 * arithmetic, same packing, same bounds. */
static void eu_pairs_sum_linear(const int8_t *a, const int8_t *b, int8_t *out, const eu_pairs_sum_t *p, int32_t *wide)
{
    eu_pairs_sum(a, b, out, p, wide, eu_pairs_linear_tail, eu_quad_unpack_doubled, 9);
}
