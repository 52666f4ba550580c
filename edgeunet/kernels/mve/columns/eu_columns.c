/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Convolutions of several taps on Helium, one output channel at a time: its weights stay in registers while inputs pass;
 * the loops are written per shape (docs/HELIUM_KERNELS.md). The meaning is that of eu_tiles:
 *
 *     acc[r][n] = bias[n] + sum over k < inputs of in[r * in_step + k] * w[n][k]      (one run of bytes, or two: a and b)
 *     out[r * out_step + n] = min(max(requantize(acc, multiplier[n], shift[n]) + zero_point, low), high)
 *
 * |acc| < 2^31 and shift <= 0 are proven per channel; `rows` and `block_rows` are multiples of 8. */
typedef struct {
    const int32_t *stream;
    const int8_t *a;
    int8_t *out;
    int32_t unit_bytes; /* of outputs, from eight rows to the next */
    int32_t units;      /* of eight rows */
    const int8_t *b;
    int32_t zero_point;
    const int8_t *end; /* of the first row of outputs */
    int32_t out_step;
} eu_columns_frame_t;

typedef void eu_columns_loop_t(const eu_columns_frame_t *);

typedef struct {
    const int32_t *stream; /* per channel, see edgeunet/kernels/README.md: bias, weights, multiplier, -shift */
    int32_t rows;
    int32_t block_rows; /* rows that all channels are computed of before the next */
    int16_t a_step;
    int16_t b_step;
    int16_t outputs;
    int16_t out_step;
    int16_t zero_point;
} eu_columns_t;

static void eu_columns(const int8_t *a, const int8_t *b, int8_t *out, const eu_columns_t *p, eu_columns_loop_t *loop)
{
    for (int32_t row = 0; row < p->rows; row += p->block_rows) {
        const int32_t rows = p->rows - row < p->block_rows ? p->rows - row : p->block_rows;
        int8_t *const first = out + row * p->out_step;
        const eu_columns_frame_t frame = {p->stream,  a + row * p->a_step, first,         8 * p->out_step,
                                          rows / 8,   b + row * p->b_step, p->zero_point, first + p->outputs,
                                          p->out_step};
        loop(&frame);
    }
}
