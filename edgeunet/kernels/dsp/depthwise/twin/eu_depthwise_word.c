/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_depthwise_word.c. */
/* What a row needs, in the order of the stack. */
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
