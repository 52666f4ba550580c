/* Portable twin of mve/eu_quads.c: convolutions, rows in pairs and output channels in fours.
 *
 *     acc[r][n] = bias[n] + sum over k < inputs of in[r * in_step + k] * w[n][k]      (one run of bytes, or two: a and b)
 *     y = (acc * multiplier[n] + 2^30 >> 31) + (acc >> 31 where the sign counts)
 *     out[r * out_step + n] = min(max((y + 2^(shift-1) >> shift) + zero_point, low), high)      shift = shift[n]
 *
 * Where the sign does not count low is the zero point. |acc| < 2^31 is proven per channel. An odd number of rows ends with
 * the last two rows: one is computed twice. */
typedef struct {
    const int8_t *a;
    const int8_t *b;
    int8_t *out;
    const int8_t *end; /* where the pointer to a stands after the last pair */
    const int32_t *stream;
    int32_t zero_point;
    int32_t outputs;
    int32_t back; /* 4 * quads - out_step */
    int32_t out_step;
} eu_quad_frame_t;

typedef void eu_quad_loop_t(const eu_quad_frame_t *);

typedef struct {
    const int32_t *stream; /* per quad: weights (16 inputs or what is left, of 4 channels), 4 biases, multipliers, shifts */
    int32_t rows;
    int32_t a_step;  /* bytes from one row of a to the next; 0 where there is one row */
    int32_t b_step;  /* the same for b */
    int32_t a_pair;  /* bytes from one pair to the next: 2 * a_step, or a_step where both rows read the same inputs */
    int32_t a_bias;  /* bytes that the loop looks ahead of its pointer */
    int32_t outputs;
    int32_t out_step;
    int32_t zero_point;
} eu_quads_t;

/* What is fixed in one loop. */
typedef struct {
    int32_t a_inputs;
    int32_t b_inputs; /* 0 for one run */
    int32_t a_step;   /* bytes from row to row within a pair */
    int32_t b_step;
    int32_t a_pair; /* bytes from pair to pair */
    int32_t b_pair;
    int32_t a_bias;
    int32_t has_sign;
    int32_t low;
    int32_t high;
} eu_quads_kind_t;

/* Adds one run of inputs to the sums of a quad; the weights after it. */
static const int8_t *eu_quads_add(int32_t acc[4], const int8_t *in, int32_t inputs, const int8_t *weights)
{
    for (; inputs > 0; inputs -= 16, in += 16) {
        const int32_t width = inputs < 16 ? inputs : 16;
        for (int32_t c = 0; c < 4; c++) {
            for (int32_t k = 0; k < width; k++) {
                acc[c] += in[k] * *weights++;
            }
        }
    }
    return weights;
}

static int8_t eu_quads_scaled(int32_t acc, int32_t multiplier, int32_t shift, int32_t zero_point, const eu_quads_kind_t *kind)
{
    int64_t y = ((int64_t)acc * multiplier + (1 << 30)) >> 31;
    y += kind->has_sign != 0 && y < 0 ? -1 : 0;
    y = shift > 0 ? (y + ((int64_t)1 << (shift - 1))) >> shift : y;
    y = (kind->has_sign == 0 && y < 0 ? 0 : y) + zero_point;
    return (int8_t)(y < kind->low ? kind->low : y > kind->high ? kind->high : y);
}

static void eu_quads_row(const int8_t *a, const int8_t *b, int8_t *out, const eu_quad_frame_t *frame, const eu_quads_kind_t *kind)
{
    const int8_t *stream = (const int8_t *)frame->stream;
    for (int32_t n = 0; n < frame->outputs; n += 4) {
        int32_t acc[4] = {0, 0, 0, 0};
        int32_t scale[8]; /* biases, multipliers */
        stream = eu_quads_add(acc, a, kind->a_inputs, stream);
        stream = eu_quads_add(acc, b, kind->b_inputs, stream);
        memcpy(scale, stream, sizeof scale);
        stream += sizeof scale;
        for (int32_t c = 0; c < 4 && n + c < frame->outputs; c++) {
            out[n + c] = eu_quads_scaled(acc[c] + scale[c], scale[4 + c], -stream[c], frame->zero_point, kind);
        }
        stream += 4;
    }
}

static void eu_quads_pairs(const eu_quad_frame_t *frame, const eu_quads_kind_t *kind)
{
    const int8_t *a = frame->a;
    const int8_t *b = frame->b;
    int8_t *out = frame->out;
    do {
        eu_quads_row(a, b, out, frame, kind);
        eu_quads_row(a + kind->a_step, b + kind->b_step, out + frame->out_step, frame, kind);
        a += kind->a_pair;
        b += kind->b_pair;
        out += 2 * frame->out_step;
    } while (a + kind->a_bias != frame->end);
}

static void eu_quads(const int8_t *a, const int8_t *b, int8_t *out, const eu_quads_t *p, eu_quad_loop_t *loop)
{
    const int32_t pairs = p->rows / 2;
    eu_quad_frame_t frame = {a, b, out, a + pairs * p->a_pair + p->a_bias, p->stream, p->zero_point,
                             p->outputs, (p->outputs + 3) / 4 * 4 - p->out_step, p->out_step};
    if (pairs > 0) {
        loop(&frame);
    }
    if ((p->rows & 1) != 0) {
        const int32_t first = p->rows > 1 ? p->rows - 2 : 0;
        frame.a += first * p->a_step;
        frame.b += first * p->b_step;
        frame.out += first * p->out_step;
        frame.end = frame.a + p->a_pair + p->a_bias;
        loop(&frame);
    }
}
