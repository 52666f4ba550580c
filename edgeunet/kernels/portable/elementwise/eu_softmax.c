/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Softmax over the channels of each row, in integers; output scale 1/256, zero point -128.
 *
 *     d = max - in,  e(d) = exp(-d * beta * scale) as Q0.31 from a table, nothing for d >= entries
 *     sum = sum of e(d) / 2^12 (rounded each),  r * 2^-bits = 1 / sum by three Newton steps
 *     out = min(e(d) * r >> (bits + 23), 255) - 128
 *
 * Every term is at most 2^19, so that 4095 channels keep the sum below 2^31. Source: TFLite reference_ops::Softmax with
 * gemmlowp's fixed point (one_over_one_plus_x_for_x_in_0_1). */
typedef struct {
    const int32_t *exponentials;
    int32_t entries;
    int32_t rows;
    int32_t channels;
    int32_t in_pitch;
    int32_t out_pitch;
} eu_softmax_t;

/* round(a * b / 2^31), halves upward. */
static int32_t eu_high_product(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/* 2^(62 - 31) / (value << headroom) as Q0.31 in [1/2, 1]; value > 0 has headroom leading zeros. */
static int32_t eu_reciprocal(uint32_t value, int32_t headroom)
{
    const int32_t x = (int32_t)((value << headroom) - ((uint32_t)1 << 31));
    const int32_t half = (int32_t)(((int64_t)x + INT32_MAX + 1) >> 1);
    int64_t y = 1515870810 + (int64_t)eu_high_product(half, -1010580540);
    for (int32_t step = 0; step < 3; step++) {
        const int32_t error = ((int32_t)1 << 29) - eu_high_product(half, (int32_t)y);
        y += (int64_t)eu_high_product((int32_t)y, error) * 4;
    }
    y *= 2;
    return (int32_t)(y > INT32_MAX ? INT32_MAX : y);
}

static void eu_softmax(const int8_t *in, int8_t *out, const eu_softmax_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        int32_t largest = -128;
        uint32_t sum = 0;
        int32_t headroom = 0;
        for (int32_t c = 0; c < p->channels; c++) {
            largest = in[c] > largest ? in[c] : largest;
        }
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t d = largest - in[c];
            sum += d < p->entries ? ((uint32_t)p->exponentials[d] + 2048U) >> 12 : 0U;
        }
        while ((sum << headroom) < ((uint32_t)1 << 31)) {
            headroom++;
        }
        const int32_t scale = eu_reciprocal(sum, headroom);
        const int32_t right = 12 - headroom + 23;
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t d = largest - in[c];
            int64_t share = d < p->entries ? eu_high_product(scale, p->exponentials[d]) : 0;
            share = (share + (((int64_t)1 << right) >> 1)) >> right;
            out[c] = (int8_t)((share > 255 ? 255 : share) - 128);
        }
        in += p->in_pitch;
        out += p->out_pitch;
    }
}
