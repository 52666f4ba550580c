/* Depthwise convolution with 9 taps: see eu_depthwise_long.c. */
static void eu_depthwise_9(const int8_t *in, int8_t *out, const eu_depthwise_long_t *p)
{
    eu_depthwise_long(in, out, 9, p);
}
