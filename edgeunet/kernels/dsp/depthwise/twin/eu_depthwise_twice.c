/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_depthwise_twice.c. */
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
