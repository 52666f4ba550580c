/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Rows that are gathered, four at a time. */

/* Rows 1 to 3 of four of which `live` exist, seen from row 0: the last one stands in for those missing. */
static void eu_panels_place(int32_t rows[3], int32_t step, int32_t live)
{
    for (int32_t r = 1; r < 4; r++) {
        rows[r - 1] = (r < live ? r : live - 1) * step;
    }
}

static void eu_panels_from(eu_panels_gather_t *from, const int8_t *in, int32_t step, int32_t live,
                           const eu_panels_window_t *window)
{
    from->in = in;
    eu_panels_place(from->rows, step, live);
    from->next = 4 * step;
    from->groups = window->groups;
    from->runs = window->runs;
    from->gap = window->gap;
}

#define EU_PANELS_WIDEN(word, turn, at) "sxtb16 r8, " word turn "\n\tstr r8, [r12" at "\n\t"

/* Called by a loop, by its own rules: widens the rows that r8 says (eu_panels_gather_t) into the panel at r12; keeps sp alone. */
EU_NAKED static void eu_panels_gather(void)
{
    /* clang-format off */
    __asm__(".syntax unified\n\tpush {lr}\n\tldmia r8, {r0-r4, r9-r11}\n\tadd r4, r0\n\tstr r4, [r8]\n\tadd r1, r0\n\tadd r2, r0\n\tadd r3, r0\n"
            "1:\n\tmov lr, r9\n"
            "2:\n\tldr r4, [r0], #4\n\tldr r5, [r1], #4\n\tldr r6, [r2], #4\n\tldr r7, [r3], #4\n\t"
            EU_PANELS_WIDEN("r5", "", ", #4]") EU_PANELS_WIDEN("r6", "", ", #8]") EU_PANELS_WIDEN("r7", "", ", #12]")
            EU_PANELS_WIDEN("r5", ", ror #8", ", #20]") EU_PANELS_WIDEN("r6", ", ror #8", ", #24]")
            EU_PANELS_WIDEN("r7", ", ror #8", ", #28]") EU_PANELS_WIDEN("r4", ", ror #8", ", #16]") EU_PANELS_WIDEN("r4", "", "], #32")
            "subs lr, #1\n\tbne 2b\n\tadd r0, r11\n\tadd r1, r11\n\tadd r2, r11\n\tadd r3, r11\n\tsubs r10, #1\n\tbne 1b\n\tpop {pc}");
    /* clang-format on */
}
