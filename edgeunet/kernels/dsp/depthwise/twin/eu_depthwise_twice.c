/* Depthwise convolution over a signal upsampled twofold, read at its low rate: channel by channel, four rows at a time.
 *
 *     acc[2 r + f][n] = 2 * (bias[n] + sum over t < taps of in[(r + (t + base + f >> 1)) * in_step + n] * weights[n][t])
 *     y = (acc * multiplier[n] + 2^31 >> 32) + 2^(shift-1) + zero_point * 2^shift + (acc >> 31)      shift = shift[n]
 *     out[(2 r + f) * out_step + n] = min(max(y >> shift, -128), 127)                                 f = 0, 1
 *
 * Taps that meet the same row are summed once per call (edgeunet/kernels/README.md): `reach` sums per phase, 3 or 5, doubled, as
 * pairs in 16-bit halves, once from an even and once from an odd one on; the window slides through registers as pairs of rows.
 * Double rounding as in eu_quads.c; |acc| < 2^31 and |y| < 2^31 are proven per channel; shift >= 1. Frame and
 * rounding are those of eu_depthwise_pairs.c.
 * rows >= 2; the last of an odd number of rows is done together with the one before it, again. */
typedef struct {
    const int8_t *weights; /* (outputs, taps) */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t rows; /* low-rate rows, of two outputs each */
    int32_t taps;
    int32_t base; /* 0 or 1 */
    int32_t in_step;
    int32_t out_step;
    int32_t outputs;
    int32_t block; /* rows done before any input of later rows is overwritten; even, or all rows */
    int32_t zero_point;
} eu_depthwise_twice_t;

/* The fast kernels in the order of their formula. */
static void eu_depthwise_twice(const int8_t *in, int8_t *out, const eu_depthwise_twice_t *p)
{
    for (int32_t r = 0; r < 2 * p->rows; r++) {
        for (int32_t n = 0; n < p->outputs; n++) {
            const int32_t shift = p->shift[n];
            const int32_t rounding = (2 * p->zero_point + 1) * ((int32_t)1 << (shift - 1));
            int32_t acc = 2 * p->bias[n];
            for (int32_t t = 0; t < p->taps; t++) {
                const int32_t row = r / 2 + ((t + p->base + r % 2) >> 1);
                acc += 2 * p->weights[n * p->taps + t] * in[row * p->in_step + n];
            }
            const int64_t y =
                (((int64_t)acc * p->multiplier[n] + ((int64_t)1 << 31)) >> 32) + rounding + (acc < 0 ? -1 : 0);
            const int64_t value = y >> shift;
            out[r * p->out_step + n] = (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
        }
    }
}
