/* Depthwise convolution over time, stride 1, for 7 or 9 taps: channel by channel, four rows at a time.
 *
 *     acc[r][n] = 2 * (bias[n] + sum over t < taps of in[r * in_step + t * in_step + n] * weights[n][t])
 *     y = (acc * multiplier[n] + 2^31 >> 32) + 2^(shift-1) + zero_point * 2^shift + (acc >> 31)      shift = shift[n]
 *     out[r * out_step + n] = min(max(y >> shift, -128), 127)
 *
 * The window slides through registers as pairs of rows in 16-bit halves; the doubled taps are pairs too, once from an even and once from
 * an odd tap on, so that a row takes (taps + 1) / 2 multiplies and each pair of taps is loaded once for two rows.
 * Double rounding as in eu_quads.c; |acc| < 2^31 and |y| < 2^31 are proven per channel; shift >= 1.
 * rows >= 4; the last rows of a number that is no multiple of four are done together with those before them, again. */
typedef struct {
    const int8_t *weights; /* (outputs, taps) */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t rows;
    int32_t in_step;
    int32_t out_step;
    int32_t outputs;
    int32_t block; /* rows done before any input of later rows is overwritten; a multiple of four, or all rows */
    int32_t zero_point;
} eu_depthwise_long_t;

/* The fast kernel in the order of its formula. */
static void eu_depthwise_long(const int8_t *in, int8_t *out, int32_t taps, const eu_depthwise_long_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t n = 0; n < p->outputs; n++) {
            const int32_t shift = p->shift[n];
            const int32_t rounding = (2 * p->zero_point + 1) * ((int32_t)1 << (shift - 1));
            int32_t acc = 2 * p->bias[n];
            for (int32_t t = 0; t < taps; t++) {
                acc += 2 * p->weights[n * taps + t] * in[(r + t) * p->in_step + n];
            }
            const int64_t y =
                (((int64_t)acc * p->multiplier[n] + ((int64_t)1 << 31)) >> 32) + rounding + (acc < 0 ? -1 : 0);
            const int64_t value = y >> shift;
            out[r * p->out_step + n] = (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
        }
    }
}
