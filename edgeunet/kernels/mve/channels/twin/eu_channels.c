/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_channels.c: depthwise convolution of few rows, eight channels at a time:
 *
 *     acc[r][n] = bias[n] + sum over t < taps of in[r * in_step + t * tap_step + n] * weights[n][t]
 *     out[r * out_step + n] = min(max(requantize(acc, multiplier[n], shift[n]) + zero_point, -128), 127)
 *
 * |acc| < 2^31 and shift < 0 are proven per channel. */
/* narrowing is what the stream's shifts leave out; where the sign does not count low is the zero point. */
static int8_t eu_channels_scaled(int32_t acc, int32_t multiplier, int32_t shift, int32_t zero_point, int32_t has_sign)
{
    int64_t y = ((int64_t)acc * multiplier + (1 << 30)) >> 31;
    y += has_sign != 0 && y < 0 ? -1 : 0;
    y = (y + ((int64_t)1 << (shift - 1))) >> shift;
    y = (has_sign == 0 && y < 0 ? 0 : y) + zero_point;
    return (int8_t)(y < -128 ? -128 : y > 127 ? 127 : y);
}

static void eu_channels_rows(const int8_t *in, int8_t *out, const eu_channels_t *p, int32_t taps, int32_t narrowing,
                             int32_t has_sign)
{
    const int8_t *chunk = (const int8_t *)p->stream;
    for (int32_t first = 0; first < p->channels; first += 8) {
        const int8_t *const shifts = chunk + 8 * taps + 64;
        int32_t scale[16]; /* biases, multipliers; even channels before odd ones */
        memcpy(scale, chunk + 8 * taps, sizeof scale);
        for (int32_t r = 0; r < p->rows; r++) {
            for (int32_t n = 0; n < 8 && first + n < p->channels; n++) {
                const int32_t place = n / 2 + 4 * (n % 2);
                int32_t acc = scale[place];
                for (int32_t t = 0; t < taps; t++) {
                    acc += in[r * p->in_step + t * p->tap_step + first + n] * chunk[8 * t + n];
                }
                out[r * p->out_step + first + n] =
                    eu_channels_scaled(acc, scale[8 + place], narrowing - shifts[n], p->zero_point, has_sign);
            }
        }
        chunk = shifts + 8;
    }
}
