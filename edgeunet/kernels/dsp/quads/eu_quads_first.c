/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Windows of fewer than four bytes by a kernel for four, whose first weights are zero: a row reads bytes of the rows before it as well, and
 * the `first` rows, where that would be bytes before the operand, are done one by one from a copy. Four widened inputs of a quad and its
 * constants are 24 words, on the stack. */
#define EU_QUADS_FIRST(name, kernel, inputs, first) \
    static void name(const int8_t *in, int8_t *out, const eu_quads_conv_t *p) \
    { \
        int32_t wide[24]; \
        eu_quads_conv_t rows = *p; \
        rows.rows = 1; \
        for (int32_t r = 0; r < first; r++) { \
            int8_t window[4] = {0, 0, 0, 0}; \
            memcpy(window + 4 - inputs, in + r * p->in_step, inputs); \
            kernel(window, out + r * p->out_step, &rows, wide); \
        } \
        rows.rows = p->rows - first; \
        kernel(in + first * p->in_step - (4 - inputs), out + first * p->out_step, &rows, wide); \
    }
