/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_runs.c: convolutions whose windows are runs of bytes, all output channels of two rows.
 *
 *     acc[r][n] = bias[n] + sum over runs, k < inputs of x[run offset + k] * w[n][run][k],  x = a + r / repeat * a_step, or
 *                                                                                          b + r * b_step
 *     y = (acc * multiplier[n] + 2^30 >> 31), one less where the sign counts and y < 0
 *     out[r * out_step + n] = min(max((y + 2^(shift-1) >> shift) + zero_point, low), high)      shift = shift[n]
 *
 * |acc| < 2^31 is proven per channel. A last row without a second one is both. */
typedef void eu_runs_loop_t(const eu_runs_frame_t *);

/* Inputs of one run: so many from byte `offset` of a row of a (operand 0) or b. */
typedef struct {
    int32_t operand;
    int32_t offset;
    int32_t inputs;
} eu_runs_run_t;

/* What is fixed in one loop. */
typedef struct {
    const eu_runs_run_t *runs;
    int32_t count;
    int32_t rest;   /* channels after the quads */
    int32_t shift;  /* of all channels, or 0 where the stream has shifts */
    int32_t folded; /* the addend is the zero point shifted left */
    int32_t has_sign;
    int32_t stops_at_zero; /* before the zero point is added */
    int32_t low;
    int32_t high;
} eu_runs_kind_t;

static int8_t eu_runs_scaled(int32_t acc, int32_t multiplier, int32_t shift, int32_t addend, const eu_runs_kind_t *kind)
{
    int64_t y = ((int64_t)acc * multiplier + (1 << 30)) >> 31;
    y += kind->has_sign != 0 && y < 0 ? -1 : 0;
    y += kind->folded != 0 ? addend : 0;
    y = shift > 0 ? (y + ((int64_t)1 << (shift - 1))) >> shift : y;
    y = kind->stops_at_zero != 0 && y < 0 ? 0 : y;
    y += kind->folded != 0 ? 0 : addend;
    return (int8_t)(y < kind->low ? kind->low : y > kind->high ? kind->high : y);
}

/* Adds the products of one run to the sums of a quad: 16 inputs of every channel, then the next; the weights after it. */
static const int8_t *eu_runs_add(int32_t acc[4], int32_t channels, const int8_t *x, int32_t inputs,
                                 const int8_t *weights)
{
    for (; inputs > 0; inputs -= 16, x += 16) {
        for (int32_t c = 0; c < channels; c++) {
            for (int32_t k = 0; k < inputs && k < 16; k++) {
                acc[c] += x[k] * *weights++;
            }
        }
    }
    return weights;
}

static const int8_t *eu_runs_quad(const int8_t *const in[2], int8_t *out, int32_t channels, const int8_t *stream,
                                  int32_t addend, const eu_runs_kind_t *kind)
{
    int32_t acc[4];
    int32_t multiplier[4];
    const int8_t *weights = stream + 4 * channels;
    memcpy(acc, stream, (size_t)(4 * channels));
    for (const eu_runs_run_t *run = kind->runs; run != kind->runs + kind->count; run++) {
        weights = eu_runs_add(acc, channels, in[run->operand] + run->offset, run->inputs, weights);
    }
    weights += (stream - weights) & 3;
    memcpy(multiplier, weights, sizeof multiplier);
    const int8_t *const shifts = weights + sizeof multiplier;
    for (int32_t c = 0; c < channels; c++) {
        const int32_t shift = kind->shift > 0 ? kind->shift : -shifts[c];
        out[c] = eu_runs_scaled(acc[c], multiplier[c], shift, addend, kind);
    }
    return kind->shift > 0 ? shifts : shifts + 4;
}

static void eu_runs_row(const int8_t *a, const int8_t *b, int8_t *out, const eu_runs_frame_t *frame,
                        const eu_runs_kind_t *kind)
{
    const int8_t *const in[2] = {a, b};
    const int8_t *stream = (const int8_t *)frame->stream;
    for (int32_t quad = 0; quad < frame->quads; quad++) {
        stream = eu_runs_quad(in, out + 4 * quad, 4, stream, frame->addend, kind);
    }
    if (kind->rest > 0) {
        eu_runs_quad(in, out + 4 * frame->quads, kind->rest, stream, frame->addend, kind);
    }
}

static void eu_runs_rows(const eu_runs_frame_t *frame, const eu_runs_kind_t *kind)
{
    eu_runs_row(frame->a, frame->b, frame->out, frame, kind);
    if (frame->next_out != frame->out) {
        eu_runs_row(frame->next_a, frame->next_b, frame->next_out, frame, kind);
    }
}

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
