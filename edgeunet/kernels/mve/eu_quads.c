/* Convolutions on Helium, rows in pairs and output channels in fours; the loops are written per shape (emit/helium.py):
 *
 *     acc[r][n] = bias[n] + sum over k < inputs of in[r * in_step + k] * w[n][k]      (one run of bytes, or two: a and b)
 *     out[r * out_step + n] = min(max(requantize(acc, multiplier[n], shift[n]) + zero_point, low), high)
 *
 * |acc| < 2^31 and shift <= 0 are proven per channel. An odd number of rows ends with the last two rows: one is computed
 * twice. */
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
