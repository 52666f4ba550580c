/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_tiles.c: convolutions, row by row and output channels in fours.
 *
 *     acc[r][n] = bias[n] + sum over k < inputs of in[r * in_step + k] * w[n][k]      (one run of bytes, or two: a and b)
 *     y = (acc * multiplier[n] + 2^30 >> 31), one less where the sign counts and y < 0
 *     out[r * out_step + n] = min(max((y + 2^(shift-1) >> shift) + zero_point, low), high)      shift = shift[n]
 *
 * |acc| < 2^31 is proven per channel. */
typedef void eu_tiles_loop_t(const int8_t *a, const int8_t *b, int8_t *out, const eu_tiles_t *p);

/* Inputs of one vector: of a (segment 0) or b, so many from the row's first on. */
typedef struct {
    int32_t segment;
    int32_t first;
    int32_t inputs;
} eu_tiles_part_t;

/* What is fixed in one loop. */
typedef struct {
    const eu_tiles_part_t *parts; /* in the order of the stream */
    int32_t count;
    int32_t a_step;      /* bytes of a from the first to the second row of a pair */
    int32_t octets;      /* whether channels go by eight: even ones, then odd ones */
    int32_t first_shift; /* of octets while narrowing, or 0: what is left of an octet's shifts is then at its end */
    int32_t shift;       /* of all channels, or 0 where the stream has shifts */
    int32_t folded;      /* the addend is the zero point shifted left */
    int32_t has_sign;
    int32_t stops_at_zero; /* before the zero point is added */
    int32_t low;
    int32_t high;
} eu_tiles_kind_t;

static int8_t eu_tiles_scaled(int32_t acc, int32_t multiplier, int32_t shift, int32_t addend,
                              const eu_tiles_kind_t *kind)
{
    int64_t y = ((int64_t)acc * multiplier + (1 << 30)) >> 31;
    y += kind->has_sign != 0 && y < 0 ? -1 : 0;
    y += kind->folded != 0 ? addend : 0;
    y = shift > 0 ? (y + ((int64_t)1 << (shift - 1))) >> shift : y;
    y = kind->stops_at_zero != 0 && y < 0 ? 0 : y;
    y += kind->folded != 0 ? 0 : addend;
    return (int8_t)(y < kind->low ? kind->low : y > kind->high ? kind->high : y);
}

/* Shifts of a quad: those of channel c at shifts[c * apart], counted from first. */
typedef struct {
    const int8_t *shifts;
    int32_t apart;
    int32_t first;
} eu_tiles_shifts_t;

/* Channels first, first + apart .. of one row; the stream after their multipliers. */
static const int8_t *eu_tiles_four(const int8_t *const in[2], int8_t *out, int32_t apart, int32_t channels,
                                   const int8_t *stream, const eu_tiles_shifts_t *shifts, int32_t addend,
                                   const eu_tiles_kind_t *kind)
{
    int32_t acc[4];
    int32_t multiplier[4];
    const int8_t *weights = stream + 4 * channels;
    memcpy(acc, stream, (size_t)(4 * channels));
    for (const eu_tiles_part_t *part = kind->parts; part != kind->parts + kind->count; part++) {
        const int8_t *const x = in[part->segment] + part->first;
        for (int32_t c = 0; c < channels; c++) {
            for (int32_t k = 0; k < part->inputs; k++) {
                acc[c] += x[k] * *weights++;
            }
        }
    }
    weights += (stream - weights) & 3;
    memcpy(multiplier, weights, sizeof multiplier);
    weights += sizeof multiplier;
    for (int32_t c = 0; c < channels; c++) {
        const int8_t *const own = shifts->shifts == NULL ? weights : shifts->shifts;
        const int32_t shift = kind->shift > 0 ? kind->shift : shifts->first - own[c * shifts->apart];
        out[c * apart] = eu_tiles_scaled(acc[c], multiplier[c], shift, addend, kind);
    }
    return weights;
}

/* Bytes of a quad in the stream, without shifts. */
static int32_t eu_tiles_bytes(const eu_tiles_kind_t *kind)
{
    int32_t inputs = 0;
    for (int32_t i = 0; i < kind->count; i++) {
        inputs += kind->parts[i].inputs;
    }
    return 16 + 4 * inputs + 16;
}

/* Eight channels of one row, whose shifts are one after the other at the end; the stream after them. */
static const int8_t *eu_tiles_octet(const int8_t *const in[2], int8_t *out, const int8_t *stream, int32_t addend,
                                    const eu_tiles_kind_t *kind)
{
    const int8_t *const shifts = stream + 2 * eu_tiles_bytes(kind);
    for (int32_t half = 0; half < 2; half++) {
        const eu_tiles_shifts_t own = {shifts + half, 2, kind->first_shift};
        stream = eu_tiles_four(in, out + half, 2, 4, stream, &own, addend, kind);
    }
    return stream + 8;
}

static void eu_tiles_rows(const int8_t *a, const int8_t *b, int8_t *out, const eu_tiles_t *p,
                          const eu_tiles_kind_t *kind)
{
    const int32_t whole = kind->octets != 0 ? p->outputs & ~7 : 0;
    for (int32_t r = 0; r < p->rows; r++) {
        const int8_t *const in[2] = {a + r / 2 * p->a_pair + r % 2 * kind->a_step, b + r * p->b_step};
        const int8_t *stream = (const int8_t *)p->stream;
        for (int32_t n = 0; n < p->outputs; n += 4) {
            const int32_t left = p->outputs - n;
            const int32_t first = n < whole ? (n & ~7) + n % 8 / 4 : n;
            if (n < whole && kind->first_shift > 0) {
                stream = eu_tiles_octet(in, out + n, stream, p->addend, kind);
                n += 4;
                continue;
            }
            const eu_tiles_shifts_t own = {NULL, 1, 0};
            stream =
                eu_tiles_four(in, out + first, n < whole ? 2 : 1, left < 4 ? left : 4, stream, &own, p->addend, kind);
            stream += kind->shift > 0 ? 0 : 4;
        }
        out += p->out_step;
    }
}

static void eu_tiles(const int8_t *a, const int8_t *b, int8_t *out, const eu_tiles_t *p, eu_tiles_loop_t *loop)
{
    loop(a, b, out, p);
}
