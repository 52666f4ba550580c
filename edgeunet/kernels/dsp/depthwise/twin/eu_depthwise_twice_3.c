/* Sums over three low-rate rows: see eu_depthwise_twice.c. */
static void eu_depthwise_twice_3(const int8_t *in, int8_t *out, const eu_depthwise_twice_t *p)
{
    eu_depthwise_twice(in, out, p);
}
