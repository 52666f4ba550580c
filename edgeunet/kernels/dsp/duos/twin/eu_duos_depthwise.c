/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_duos_depthwise_3  taps=3
 *     eu_duos_depthwise_5  taps=5
 */
/* Portable twin of eu_duos_depthwise.c. */
static int32_t $name_half(int32_t word, int32_t place)
{
    return (int16_t)(uint16_t)(((uint32_t)word >> (16 * place)) & 0xFFFFU);
}

static void $name_loop(const $name_rows_t *p)
{
    const int32_t *w = p->stream;
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t n = 0; n < 2; n++) {
            const int32_t low = $name_half(p->low, n), high = $name_half(p->high, n);
            int32_t sum = w[$taps + 1 + n];
            for (int32_t t = 0; t < $taps; t++) {
                const int8_t *x = p->in + r * p->in_step + t * p->tap_step;
                sum += ((const int16_t *)(const void *)x)[n] * $name_half(w[t], n);
            }
            const int64_t product = (int64_t)sum * $name_half(w[$taps], n);
            const int32_t y = ((int32_t)(product >> 16) + w[$taps + 3 + n]) >> w[$taps + 5 + n];
            ((int16_t *)(void *)(p->out + r * p->out_step))[n] = (int16_t)(y < low ? low : y > high ? high : y);
        }
    }
}

static void $name(const int8_t *in, int8_t *out, const $name_t *p)
{
    for (int32_t done = 0; done < p->rows; done += p->block) {
        const int32_t rows = p->rows - done < p->block ? p->rows - done : p->block;
        $name_rows_t frame = {in, out, rows, p->tap_step, p->stream, p->in_step, p->out_step, p->low, p->high};
        for (int32_t n = 0; n < p->channels; n += 2) {
            $name_loop(&frame);
            frame.in += 4;
            frame.out += 4;
            frame.stream += $taps + 7;
        }
        in += p->block * p->in_step;
        out += p->block * p->out_step;
    }
}
