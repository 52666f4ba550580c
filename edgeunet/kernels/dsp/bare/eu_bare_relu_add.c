/* eu_tall_relu.c without scratch memory and an addition: see eu_bare_add.c. Constants: 4 biases, 4 multipliers, 4 offsets / scale. */
EU_NAKED static void eu_bare_relu_add_tail(void)
{
    __asm__(".syntax unified\n\tldmia r1!, {r4-r7}\n\tadd r8, r4\n\tadd r9, r5\n\tadd r10, r6\n\tadd r11, r7\n\t"
            EU_QUAD_RELU EU_BARE_SCALE("ssat") EU_BARE_ADD EU_BARE_STORE);
}

static void eu_bare_relu_add(const int8_t *in, const int8_t *other, int8_t *out, const eu_bare_add_t *p)
{
    eu_bare_added(in, other, out, p, eu_bare_relu_add_tail);
}
