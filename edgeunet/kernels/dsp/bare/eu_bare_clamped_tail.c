/* Tail of eu_bare_clamped.c: constants 4 multipliers, 4 offsets. */
EU_NAKED static void eu_bare_clamped_tail(void)
{
    __asm__(".syntax unified\n\t" EU_BARE_SCALE("usat")
            "ldrd r3, r2, [sp]\n\tldrd r4, r5, [r3, #20]\n\torr r8, r8, r9, lsl #8\n\torr r10, r10, r11, lsl #8\n\t"
            "orr r8, r8, r10, lsl #16\n\tuqadd8 r8, r8, r4\n\tuadd8 r8, r8, r5\n\tstr r8, [r2]\n\tbx lr");
}
