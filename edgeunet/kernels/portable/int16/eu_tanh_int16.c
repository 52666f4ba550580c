/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Hyperbolic tangent of int16 values, output scale 1/32768: 2 * sigmoid(2 x) - 1, by straight lines between 256 samples.
 *
 *     u = (in * multiplier + 2^(right - 1)) >> right, x in units of 1/12288;   |u| = 256 * i + t
 *     y = samples[i] * 256 + t * (samples[i + 1] - samples[i]) - 2^23, 65535 * 256 - 2^23 from i = 255 on; -y where u < 0
 *     out = y / 2^8, rounded
 *
 * multiplier < 2^15, so that the product is below 2^30; right <= 31. Source: TFLite reference_integer_ops::Tanh of int16. */
typedef struct {
    const uint16_t *samples; /* sigmoid(i / 24) in Q0.16, 256 of them */
    int32_t multiplier;
    int32_t right;
    int32_t rows;
    int32_t channels;
    int32_t in_pitch;
    int32_t out_pitch;
} eu_tanh_int16_t;

static void eu_tanh_int16(const int8_t *in, int8_t *out, const eu_tanh_int16_t *p)
{
    const int32_t half = (int32_t)(((uint32_t)1 << p->right) >> 1);
    for (int32_t r = 0; r < p->rows; r++) {
        const int16_t *x = (const int16_t *)(const void *)in;
        int16_t *made = (int16_t *)(void *)out;
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t argument = (int32_t)(((int64_t)x[c] * p->multiplier + half) >> p->right);
            const uint32_t size = (uint32_t)(argument < 0 ? -argument : argument);
            const uint32_t place = size >> 8;
            uint32_t y = (uint32_t)UINT16_MAX << 8;
            if (place < 255U) {
                const uint32_t left = p->samples[place];
                y = (left << 8) + (size & 0xffU) * (p->samples[place + 1U] - left);
            }
            const int32_t above = (int32_t)y - ((int32_t)1 << 23);
            made[c] = (int16_t)((argument >= 0 ? above + 128 : 127 - above) >> 8);
        }
        in += p->in_pitch;
        out += p->out_pitch;
    }
}
