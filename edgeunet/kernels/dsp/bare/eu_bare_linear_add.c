/* eu_bare_linear.c and an addition: see eu_bare_add.c. */
EU_NAKED static void eu_bare_linear_add_tail(void)
{
    __asm__(".syntax unified\n\t" EU_BARE_ROUND EU_BARE_ADD EU_BARE_STORE);
}

static void eu_bare_linear_add(const int8_t *in, const int8_t *other, int8_t *out, const eu_bare_add_t *p)
{
    eu_bare_added(in, other, out, p, eu_bare_linear_add_tail);
}
