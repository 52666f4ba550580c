/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Convolutions on Helium whose windows are too long for eu_tiles, or several runs of bytes (dilation); the loops are
 * written per shape (docs/HELIUM_KERNELS.md), for all output channels of two rows:
 *
 *     acc[r][n] = bias[n] + sum over runs, k < inputs of x[run offset + k] * w[n][run][k],  x = a + r / repeat * a_step, or
 *                                                                                          b + r * b_step
 *     out[r * out_step + n] = min(max(requantize(acc, multiplier[n], shift[n]) + zero_point, low), high)
 *
 * |acc| < 2^31 and shift <= 0 are proven per channel. A last row without a second one is both. */
typedef struct {
    int8_t *out;
    int32_t quads;
    int8_t *next_out;
    int32_t addend;
    const int32_t *stream;
    const int8_t *a;
    const int8_t *next_a;
    const int8_t *b;
    const int8_t *next_b;
} eu_runs_frame_t;

typedef void eu_runs_loop_t(const eu_runs_frame_t *);

typedef struct {
    const int32_t *stream; /* per quad: 4 biases, weights (16 inputs or fewer, by channel), multipliers, shifts */
    int32_t rows;
    int32_t repeat; /* rows that read the same inputs of a */
    int32_t a_step;
    int32_t b_step;
    int32_t out_step;
    int32_t outputs;
    int32_t addend;
} eu_runs_t;

static void eu_runs(const int8_t *a, const int8_t *b, int8_t *out, const eu_runs_t *p, eu_runs_loop_t *loop)
{
    for (int32_t row = 0; row < p->rows; row += 2) {
        const int32_t next = row + 1 < p->rows ? row + 1 : row;
        const eu_runs_frame_t frame = {out + row * p->out_step,
                                       p->outputs / 4,
                                       out + next * p->out_step,
                                       p->addend,
                                       p->stream,
                                       a + row / p->repeat * p->a_step,
                                       a + next / p->repeat * p->a_step,
                                       b + row * p->b_step,
                                       b + next * p->b_step};
        loop(&frame);
    }
}
