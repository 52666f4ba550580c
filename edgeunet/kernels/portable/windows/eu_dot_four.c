/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Adds to sums what two windows (at a, at b) bring two channels whose weights, of four bits, share bytes, the second channel's upper:
 *
 *     sums[0] += sum of a[t * tap_step + c] * lower(w[t][c])     sums[1] += sum of a[t * tap_step + c] * upper(w[t][c])
 *     sums[2], sums[3] the same of b
 *
 * lower(w) = ((w + 8) mod 16) - 8, upper(w) = (w - lower(w)) / 16 in two's complement: what a shift of 28 and one of 4 leave. Sums wrap. */
static const uint8_t *eu_dot_four(const int8_t *a, const int8_t *b, const uint8_t *w, int32_t taps, int32_t tap_step,
                                  int32_t inputs, uint32_t sums[4])
{
    uint32_t a_first = sums[0], a_second = sums[1], b_first = sums[2], b_second = sums[3];
    for (int32_t t = 0; t < taps; t++) {
        for (int32_t c = 0; c < inputs; c++) {
            const int32_t x = a[c], y = b[c];
            const int32_t first = (w[c] & 15) - ((w[c] & 8) << 1), second = (w[c] >> 4) - ((w[c] & 128) >> 3);
            a_first += (uint32_t)(x * first);
            a_second += (uint32_t)(x * second);
            b_first += (uint32_t)(y * first);
            b_second += (uint32_t)(y * second);
        }
        a += tap_step;
        b += tap_step;
        w += inputs;
    }
    sums[0] = a_first;
    sums[1] = a_second;
    sums[2] = b_first;
    sums[3] = b_second;
    return w;
}
