/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Softmax over the channels of each row of int16 values; output scale 1/32768.
 *
 *     d = requantize(in - max, multiplier, shift) in units of 10/65535, kept above -65535
 *     e = exp(d) in Q0.15 by straight lines between 513 entries,  sum of e = (1 + f) * 2^(bits - 1), f in Q0.16
 *     out = (e * reciprocal + 2^(bits - 2)) >> (bits - 1), reciprocal = 1 / (1 + f) in Q0.15 by straight lines
 *
 * Every term is at most 2^15, so that 65535 channels keep the sum in int32; (in - max) << shift is in int32 (a rule). Source:
 * TFLite reference_ops::SoftmaxInt16. */
typedef struct {
    const int16_t *exponentials;
    const int16_t *reciprocals;
    int32_t multiplier;
    int32_t shift;
    int32_t rows;
    int32_t channels;
    int32_t in_pitch;
    int32_t out_pitch;
} eu_softmax_int16_t;

/* The table at x, -32768 to 32767, on the straight line between two of its entries. */
static int32_t eu_softmax_int16_line(const int16_t *table, int32_t x)
{
    const int16_t *left = table + 256 + (x >> 7);
    return left[0] + (((left[1] - left[0]) * (x & 127) + 64) >> 7);
}

static void eu_softmax_int16(const int8_t *in, int8_t *out, const eu_softmax_int16_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        const int16_t *x = (const int16_t *)(const void *)in;
        int16_t *made = (int16_t *)(void *)out;
        int32_t largest = INT16_MIN, bits = 0;
        uint32_t sum = 0;
        for (int32_t c = 0; c < p->channels; c++) {
            largest = x[c] > largest ? x[c] : largest;
        }
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t d = eu_rescaled_int16(x[c] - largest, p->multiplier, p->shift) + INT16_MAX;
            const int32_t e = eu_softmax_int16_line(p->exponentials, d < INT16_MIN ? INT16_MIN : d);
            made[c] = (int16_t)e;
            sum += (uint32_t)e;
        }
        while (sum >> bits != 0U) {
            bits++;
        }
        const int32_t scaled = (int32_t)(((sum << (31 - bits)) + (1U << 13)) >> 14);
        const int32_t place = scaled - (1 << 15) - (1 << 16);
        const int32_t scale = eu_softmax_int16_line(p->reciprocals, place > INT16_MAX ? INT16_MAX : place);
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t share =
                (int32_t)((made[c] * (int64_t)scale + (((int64_t)1 << (bits - 1)) >> 1)) >> (bits - 1));
            made[c] = eu_clamp_int16(share, 0, INT16_MAX);
        }
        in += p->in_pitch;
        out += p->out_pitch;
    }
}
