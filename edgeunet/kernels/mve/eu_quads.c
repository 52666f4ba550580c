/* Convolutions on Helium, rows in pairs and output channels in fours; the loops are written per shape (emit/helium.py):
 *
 *     acc[r][n] = bias[n] + sum over k < inputs of in[r * in_step + k] * w[n][k]      (one run of bytes, or two: a and b)
 *     out[r * out_step + n] = min(max(requantize(acc, multiplier[n], shift[n]) + zero_point, low), high)
 *
 * |acc| < 2^31 and shift <= 0 are proven per channel. An odd number of rows ends with the last two rows: one is computed
 * twice. */
typedef struct {
    const int8_t *end; /* where the pointer to a stands after the last pair */
    int32_t back;      /* outputs - out_step */
    int32_t out_step;
    const int32_t *stream;
    int32_t outputs;
    int32_t addend;
    int8_t *out;
    const int8_t *b;
    const int8_t *a;
} eu_quad_frame_t;

typedef void eu_quad_loop_t(void);

/* Puts the first six words of the frame on the stack and the pointers into registers, as the loops want them. */
__attribute__((naked, noinline)) static void eu_quads_enter(__attribute__((unused)) const eu_quad_frame_t *frame,
                                                            __attribute__((unused)) eu_quad_loop_t *loop)
{
    __asm__ volatile(".syntax unified\n\tpush {r4-r11, lr}\n\tvpush {d8-d15}\n\tmov r12, r1\n\tldm r0!, {r1-r6}\n\t"
            "push {r1-r7}\n\tldm r0, {r1, r7, r9}\n\tadd r3, r3, r1\n\tblx r12\n\t"
            "add sp, sp, #28\n\tvpop {d8-d15}\n\tpop {r4-r11, pc}" ::: "memory");
}

typedef struct {
    const int32_t *stream; /* per quad: 4 biases, weights (16 inputs or what is left, of 4 channels), multipliers, shifts */
    int32_t rows;
    int32_t addend;   /* the output's zero point, where the function adds it */
    int16_t a_pair;   /* bytes of a from one pair of rows to the next; 0 where there is one row */
    int16_t b_step;   /* bytes of b from one row to the next */
    int16_t outputs;
    int16_t out_step;
} eu_quads_t;

static void eu_quads(const int8_t *a, const int8_t *b, int8_t *out, const eu_quads_t *p, eu_quad_loop_t *loop)
{
    const int32_t pairs = p->rows / 2;
    eu_quad_frame_t frame = {a + pairs * p->a_pair, p->outputs - p->out_step, p->out_step, p->stream,
                             p->outputs, p->addend, out, b, a};
    if (pairs > 0) {
        eu_quads_enter(&frame, loop);
    }
    if ((p->rows & 1) != 0) {
        const int32_t first = p->rows > 1 ? p->rows - 2 : 0;
        frame.a += first * (p->a_pair / 2);
        frame.b += first * p->b_step;
        frame.out += first * p->out_step;
        frame.end = frame.a + p->a_pair;
        eu_quads_enter(&frame, loop);
    }
}
