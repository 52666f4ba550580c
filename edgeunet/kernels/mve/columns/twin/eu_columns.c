/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_columns.c: convolutions of several taps, one output channel at a time.
 *
 *     acc[r][n] = bias[n] + sum over k < inputs of in[r * in_step + k] * w[n][k]      (one run of bytes, or two: a and b)
 *     y = (acc * multiplier[n] + 2^30 >> 31), one less where the sign counts and y < 0
 *     out[r * out_step + n] = min(max((y + 2^(shift-1) >> shift) + zero_point, low), high)      shift = shift[n]
 *
 * |acc| < 2^31 is proven per channel; `rows` and `block_rows` are multiples of 8. */
typedef void eu_columns_loop_t(const eu_columns_frame_t *);

/* Inputs of one pass: so many of each of `kernel` rows of a (operand 0) or b, from byte `offset` on. */
typedef struct {
    int32_t operand;
    int32_t offset;
    int32_t inputs;
    int32_t kernel;
    int32_t row_step;
} eu_columns_pass_t;

/* What is fixed in one loop. */
typedef struct {
    const eu_columns_pass_t *passes;
    int32_t count;
    int32_t shift; /* of all channels, or 0 where the stream has shifts */
    int32_t has_sign;
    int32_t stops_at_zero; /* before the zero point is added */
    int32_t low;
    int32_t high;
} eu_columns_kind_t;

/* One channel: where its constants and the weights of each pass are. */
typedef struct {
    int32_t bias;
    int32_t multiplier;
    int32_t shift;
    const int8_t *weights[4];
} eu_columns_channel_t;

static const int8_t *eu_columns_word(int32_t *word, const int8_t *stream)
{
    memcpy(word, stream, sizeof *word);
    return stream + sizeof *word;
}

static const int8_t *eu_columns_unpack(eu_columns_channel_t *channel, const int8_t *stream,
                                       const eu_columns_kind_t *kind)
{
    int32_t left = -kind->shift; /* a shift to the left, as the stream has them */
    stream = kind->count > 1 ? eu_columns_word(&channel->bias, stream) : stream;
    for (int32_t i = 0; i < kind->count; i++) {
        if (i == kind->count - 1) {
            stream = kind->shift == 0 ? eu_columns_word(&left, stream) : stream;
            stream = kind->count == 1 ? eu_columns_word(&channel->bias, stream) : stream;
            stream = eu_columns_word(&channel->multiplier, stream);
        }
        channel->weights[i] = stream;
        stream += (kind->passes[i].kernel * kind->passes[i].inputs + 3) & ~3;
    }
    channel->shift = -left;
    return stream;
}

static int8_t eu_columns_scaled(int32_t acc, const eu_columns_channel_t *channel, int32_t zero_point,
                                const eu_columns_kind_t *kind)
{
    int64_t y = ((int64_t)acc * channel->multiplier + (1 << 30)) >> 31;
    y += kind->has_sign != 0 && y < 0 ? -1 : 0;
    y = channel->shift > 0 ? (y + ((int64_t)1 << (channel->shift - 1))) >> channel->shift : y;
    y = (kind->stops_at_zero != 0 && y < 0 ? 0 : y) + zero_point;
    return (int8_t)(y < kind->low ? kind->low : y > kind->high ? kind->high : y);
}

static int32_t eu_columns_sum(const int8_t *const in[2], int32_t row, const eu_columns_channel_t *channel,
                              const eu_columns_kind_t *kind)
{
    int32_t acc = channel->bias;
    for (int32_t i = 0; i < kind->count; i++) {
        const eu_columns_pass_t *const p = &kind->passes[i];
        const int8_t *weights = channel->weights[i];
        for (int32_t t = 0; t < p->kernel; t++) {
            const int8_t *const x = in[p->operand] + (row + t) * p->row_step + p->offset;
            for (int32_t k = 0; k < p->inputs; k++) {
                acc += x[k] * *weights++;
            }
        }
    }
    return acc;
}

static void eu_columns_channels(const eu_columns_frame_t *frame, const eu_columns_kind_t *kind)
{
    const int8_t *const in[2] = {frame->a, frame->b};
    const int8_t *stream = (const int8_t *)frame->stream;
    for (int8_t *out = frame->out; out != frame->end; out++) {
        eu_columns_channel_t channel;
        stream = eu_columns_unpack(&channel, stream, kind);
        for (int32_t r = 0; r < 8 * frame->units; r++) {
            out[r * frame->out_step] =
                eu_columns_scaled(eu_columns_sum(in, r, &channel, kind), &channel, frame->zero_point, kind);
        }
    }
}

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
