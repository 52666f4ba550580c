/* eu_tall_relu.c and an addition: see eu_tall_add.c. */
EU_NAKED static void eu_tall_relu_add_tail(void)
{
    __asm__(".syntax unified\n\tldmia r0!, {r2, r3, r6}\n\t" EU_TALL_RELU EU_TALL_SCALE EU_TALL_ADD EU_TALL_STORE);
}

static void eu_tall_relu_add(const int8_t *in, const int8_t *other, int8_t *out, const eu_tall_add_t *p, int32_t *wide)
{
    eu_tall_added(in, other, out, p, wide, eu_tall_relu_add_tail);
}
