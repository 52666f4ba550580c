/* Depthwise convolution over time, four channels of one row at a time: any taps, stride, dilation and clamp, and the phases of
 * a window over a nearest-upsampled signal read at its low rate (one phase otherwise).
 *
 *     acc[n] = 2 * (bias[n] + sum over t < taps of in[r * in_step + starts[f] + t * tap_step + n] * w[f][t][n])    f < phases
 *     y = (acc[n] * multiplier[n] + 2^31 >> 32) + 2^(shift-1) + zero_point * 2^shift + (acc[n] >> 31)      shift = shift[n]
 *     out[(r * phases + f) * out_step + n] = min(max(y >> shift, low), high)
 *
 * weights: per phase and four channels, per tap the doubled 16-bit weights of channels (0, 2) and (1, 3), the order in which
 * SXTB16 splits a word of inputs; a weight of an upsampled signal is a sum of int8 weights (edgeunet/kernels/README.md).
 * constants: per four channels 4 doubled biases, then per channel multiplier, rounding, shift. Double rounding as in
 * eu_quads.c; |acc| < 2^31 and |y| < 2^31 are proven per channel; shift >= 1. Where the channels are no multiple of
 * four the last four overlap those before them; there are at least four. 19 instructions per two taps of four channels. */
typedef struct {
    const int32_t *weights;
    const int32_t *constants;
    const int32_t *starts; /* bytes from a row's window to that of each phase */
    int32_t phase_words;   /* words of weights per phase */
    int32_t rows;
    int32_t phases;
    int32_t in_step;
    int32_t out_step;
    int32_t tap_step;
    int32_t taps;
    int32_t outputs;
    uint32_t low; /* four times in a word */
    uint32_t high;
} eu_depthwise_word_t;

/* What a row needs, in the order of the stack. */
typedef struct {
    int32_t quads;
    int32_t pairs; /* taps / 2 */
    int32_t odd;   /* taps % 2 */
    int32_t back;  /* bytes from behind the last tap to the next four channels of the first */
    uint32_t low;
    uint32_t high;
    const int32_t *constants;
    int32_t tap_step;
} eu_depthwise_word_row_t;

static void eu_depthwise_word_row(const int8_t *in, const int32_t *weights, int8_t *out,
                                  const eu_depthwise_word_row_t *p)
{
    const int32_t *c = p->constants;
    const int32_t low = (int32_t)((p->low & 255U) ^ 128U) - 128;
    const int32_t high = (int32_t)((p->high & 255U) ^ 128U) - 128;
    const int32_t taps = 2 * p->pairs + p->odd;
    for (int32_t q = 0; q < p->quads; q++) {
        for (int32_t n = 0; n < 4; n++) {
            int32_t acc = c[n];
            for (int32_t t = 0; t < taps; t++) {
                const uint32_t pair = (uint32_t)weights[2 * t + (n & 1)];
                acc += in[t * p->tap_step + n] * (int16_t)(uint16_t)(n < 2 ? pair & 0xFFFFU : pair >> 16);
            }
            const int32_t *const k = c + 4 + 3 * n;
            const int64_t y = (((int64_t)acc * k[0] + ((int64_t)1 << 31)) >> 32) + k[1] + (acc < 0 ? -1 : 0);
            const int64_t value = y >> k[2];
            out[n] = (int8_t)(value < low ? low : value > high ? high : value);
        }
        c += 16;
        weights += 2 * taps;
        in += 4;
        out += 4;
    }
}

static void eu_depthwise_word(const int8_t *in, int8_t *out, const eu_depthwise_word_t *p)
{
    const int32_t quads = p->outputs / 4;
    const int32_t last = p->outputs - 4;
    eu_depthwise_word_row_t row = {quads,  p->taps / 2, p->taps % 2,  4 - p->taps * p->tap_step,
                                   p->low, p->high,     p->constants, p->tap_step};
    for (int32_t r = 0; r < p->rows; r++) {
        const int32_t *weights = p->weights;
        for (int32_t f = 0; f < p->phases; f++) {
            const int8_t *const x = in + p->starts[f];
            eu_depthwise_word_row(x, weights, out, &row);
            if (4 * quads != p->outputs) {
                row.quads = 1;
                row.constants = p->constants + 16 * quads;
                eu_depthwise_word_row(x + last, weights + 2 * p->taps * quads, out + last, &row);
                row.quads = quads;
                row.constants = p->constants;
            }
            weights += p->phase_words;
            out += p->out_step;
        }
        in += p->in_step;
    }
}
