/* eu_conv_linear.c for a window of any 4 to 68 bytes at any address: groups of four inputs, then the last four, which may overlap them
 * (the weights of what was read before are zero then), so that no byte outside the window is read. */
static void eu_conv_any_linear_loop(const eu_quad_rows_t *frame)
{
    eu_quad_loop(frame, EU_QUAD_LINEAR, 1, 0);
}

static void eu_conv_any_linear(const int8_t *in, int8_t *out, const eu_quad_conv_t *p, int32_t *wide)
{
    eu_quad_conv(in, out, p, wide, eu_conv_any_linear_loop, eu_quad_unpack_doubled, 9);
}
