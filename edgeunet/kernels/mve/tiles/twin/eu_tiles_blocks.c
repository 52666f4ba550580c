/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_tiles_blocks.c: convolutions of at most 16 inputs, two channels after the other.
 *
 *     acc[r][n] = bias[n] + sum over k < inputs of in[r * in_step + k] * w[n][k]
 *     y = (acc * multiplier[n] + 2^30 >> 31), one less where the sign counts and y < 0
 *     out[r * out_step + n] = min(max((y + 2^(shift-1) >> shift) + zero_point, low), high)      shift = shift[n]
 *
 * |acc| < 2^31 is proven per channel. */
/* What is fixed in one function. */
typedef struct {
    int32_t inputs; /* even */
    int32_t in_step;
    int32_t shift; /* of all channels, or 0 where the stream has shifts */
    int32_t has_sign;
    int32_t stops_at_zero; /* before the zero point is added */
    int32_t low;
    int32_t high;
} eu_tiles_blocks_kind_t;

static int8_t eu_tiles_blocks_scaled(int32_t acc, int32_t multiplier, int32_t shift, int32_t zero_point,
                                     const eu_tiles_blocks_kind_t *kind)
{
    int64_t y = ((int64_t)acc * multiplier + (1 << 30)) >> 31;
    y += kind->has_sign != 0 && y < 0 ? -1 : 0;
    y = shift > 0 ? (y + ((int64_t)1 << (shift - 1))) >> shift : y;
    y = (kind->stops_at_zero != 0 && y < 0 ? 0 : y) + zero_point;
    return (int8_t)(y < kind->low ? kind->low : y > kind->high ? kind->high : y);
}

static void eu_tiles_blocks_row(const int8_t *in, int8_t *out, const eu_tiles_blocks_t *p,
                                const eu_tiles_blocks_kind_t *kind)
{
    const int32_t *stream = p->stream;
    for (int32_t n = 0; n < p->outputs; n += 2) {
        const int8_t *const weights = (const int8_t *)stream;
        stream += 2 * kind->inputs / 4;
        for (int32_t c = 0; c < 2; c++) {
            int32_t acc = stream[c];
            for (int32_t k = 0; k < kind->inputs; k++) {
                acc += in[k] * weights[c * kind->inputs + k];
            }
            const int32_t shift = kind->shift > 0 ? kind->shift : -stream[4 + c];
            out[n + c] = eu_tiles_blocks_scaled(acc, stream[2 + c], shift, p->zero_point, kind);
        }
        stream += kind->shift > 0 ? 4 : 6;
    }
}

static void eu_tiles_blocks_rows(const int8_t *in, int8_t *out, const eu_tiles_blocks_t *p,
                                 const eu_tiles_blocks_kind_t *kind)
{
    for (int32_t row = 0; row < 4 * p->fours; row++) {
        eu_tiles_blocks_row(in + row * kind->in_step, out + row * p->out_step, p, kind);
    }
}
