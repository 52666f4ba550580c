/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_depthwise_any.c. */
#define EU_DEPTHWISE_ANY_NEAR(out_step)
#define EU_DEPTHWISE_ANY_FAR(out_step)
#define EU_DEPTHWISE_ANY(name, taps, tap_step, in_step, store) \
    static void name(const int8_t *in, int8_t *out, const eu_depthwise_any_t *p) \
    { \
        eu_depthwise_any(in, out, p, taps, tap_step); \
    }

/* The fast kernel in the order of its formula: a block of rows of a channel after the other. */
static void eu_depthwise_any(const int8_t *in, int8_t *out, const eu_depthwise_any_t *p, int32_t taps, int32_t tap_step)
{
    const int32_t words = (taps + 1) / 2;
    for (int32_t first = 0; first < p->rows; first += p->block) {
        const int32_t end = first + p->block < p->rows ? first + p->block : p->rows;
        for (int32_t n = 0; n < p->outputs; n++) {
            const int32_t *const c = p->constants + n * (words + 4);
            for (int32_t r = first; r < end; r++) {
                int32_t acc = c[words];
                for (int32_t t = 0; t < taps; t++) {
                    const uint32_t pair = (uint32_t)c[t / 2];
                    const int16_t weight = (int16_t)(uint16_t)(t % 2 == 0 ? pair & 0xFFFFU : pair >> 16);
                    acc += weight * in[r * p->in_step + t * tap_step + n];
                }
                const int64_t y =
                    (((int64_t)acc * c[words + 1] + ((int64_t)1 << 31)) >> 32) + c[words + 2] + (acc < 0 ? -1 : 0);
                const int64_t value = y >> c[words + 3];
                out[r * p->out_step + n] = (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
            }
        }
    }
}
