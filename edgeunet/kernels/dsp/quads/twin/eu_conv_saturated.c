/* Convolution whose window is one run of at most 48 bytes (multiple of 4), onto the whole int8 range from below its zero
 * point of -128 (RELU) or from an accumulator that one multiply requantizes on both sides:
 *
 *     acc[r][n] = bias[n] + sum over k < 4 * groups of in[r * in_step + k] * w[n][k]
 *     out[r * out_step + n] = min(max((acc * multiplier[n] + offset[n]) >> 36, -128), 127)   the bias is in offset[n]
 *
 * Bounds and exactness as in eu_conv_clamped.c; the zero point is in offset. */
static void eu_conv_saturated_loop(const eu_quad_rows_t *frame)
{
    eu_quad_loop(frame, EU_QUAD_SATURATED, 0, 0);
}

static void eu_conv_saturated(const int8_t *in, int8_t *out, const eu_quad_conv_t *p, int32_t *wide)
{
    eu_quad_conv(in, out, p, wide, eu_conv_saturated_loop, eu_quad_unpack, 8);
}
