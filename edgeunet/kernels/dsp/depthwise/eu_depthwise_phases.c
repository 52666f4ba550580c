/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* A dilated depthwise window by a kernel for dense ones: rows f, f + phases, f + 2 * phases ... meet no others, so each phase f is a signal
 * of its own. The first `longer` phases have p->rows rows, the others one less; steps are those from row to row of a phase. */
#define EU_DEPTHWISE_PHASES(name, type, kernel, phases, longer, in_row, out_row) \
    static void name(const int8_t *in, int8_t *out, const type *p) \
    { \
        type phase = *p; \
        for (int32_t f = 0; f < phases; f++) { \
            phase.rows = p->rows - (f >= longer); \
            phase.block = phase.rows; \
            kernel(in + f * in_row, out + f * out_row, &phase); \
        } \
    }
