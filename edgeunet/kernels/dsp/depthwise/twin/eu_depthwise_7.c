/* Depthwise convolution with 7 taps: see eu_depthwise_long.c. */
static void eu_depthwise_7(const int8_t *in, int8_t *out, const eu_depthwise_long_t *p)
{
    eu_depthwise_long(in, out, 7, p);
}
