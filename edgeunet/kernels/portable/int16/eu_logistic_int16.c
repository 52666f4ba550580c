/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* 1 / (1 + exp(-x)) of int16 values, output scale 1/32768: straight lines between 256 samples.
 *
 *     u = (in * multiplier + 2^(right - 1)) >> right, x in units of 1/12288;   |u| = 512 * i + t
 *     y = samples[i] * 512 + t * (samples[i + 1] - samples[i]), 32767 * 1024 from i = 255 on; 2^25 - y where u < 0
 *     out = y / 2^10, rounded
 *
 * multiplier < 2^15, so that the product is below 2^30; right <= 31. Source: TFLite reference_integer_ops::Logistic of int16. */
typedef struct {
    const uint16_t *samples; /* sigmoid(i / 24) in Q0.16, 256 of them */
    int32_t multiplier;
    int32_t right;
    int32_t rows;
    int32_t channels;
    int32_t in_pitch;
    int32_t out_pitch;
} eu_logistic_int16_t;

static void eu_logistic_int16(const int8_t *in, int8_t *out, const eu_logistic_int16_t *p)
{
    const int32_t half = (int32_t)(((uint32_t)1 << p->right) >> 1);
    for (int32_t r = 0; r < p->rows; r++) {
        const int16_t *x = (const int16_t *)(const void *)in;
        int16_t *made = (int16_t *)(void *)out;
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t argument = (int32_t)(((int64_t)x[c] * p->multiplier + half) >> p->right);
            const uint32_t size = (uint32_t)(argument < 0 ? -argument : argument);
            const uint32_t place = size >> 9;
            uint32_t y = (uint32_t)INT16_MAX << 10;
            if (place < 255U) {
                const uint32_t left = p->samples[place];
                y = (left << 9) + (size & 0x1ffU) * (p->samples[place + 1U] - left);
            }
            y = argument >= 0 ? y + 512U : ((uint32_t)1 << 25) - y + 511U;
            made[c] = (int16_t)(y >> 10);
        }
        in += p->in_pitch;
        out += p->out_pitch;
    }
}
