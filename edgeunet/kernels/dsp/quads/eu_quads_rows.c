/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What a row loop needs, in the order of the registers it is loaded into. */
typedef struct {
    const int32_t *wide; /* r1: 4 first sums, widened weights, constants of the requantization */
    int32_t out_step;    /* r2 */
    const int8_t *end;   /* r3: the inputs of the row after the last */
    uint32_t above;      /* r4: in each byte, 255 - (high - low) */
    uint32_t below;      /* r5: in each byte, high + zero_point + 1 (mod 256) */
    int32_t gap;         /* r6: bytes from the end of one row's inputs to the start of the next row's */
    const int8_t *in;    /* r7 */
    int8_t *out;         /* r8 */
    int32_t groups;      /* r9: groups of four inputs, per run of inputs */
    const int32_t *last; /* windows of several runs: where the widened weights end */
    int32_t run_gap;     /* and the bytes between runs (or see EU_QUADS_LAST) */
    int32_t add[4];      /* see EU_QUADS_ADD */
} eu_quads_rows_t;
